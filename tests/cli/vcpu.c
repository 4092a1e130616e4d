// Runs one instruction on a virtual CPU, an output to a port, and then HLT. Ends with 77 where there is no KVM.
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

int main(void) {
  const int kvm = open("/dev/kvm", O_RDWR);
  if (kvm < 0 || ioctl(kvm, KVM_GET_API_VERSION, 0) != 12) return 77;
  const int machine = ioctl(kvm, KVM_CREATE_VM, 0);
  const int vcpu = machine < 0 ? -1 : ioctl(machine, KVM_CREATE_VCPU, 0);
  const int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (vcpu < 0 || size < 4096) return 77;
  void *run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  unsigned char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (run == MAP_FAILED || memory == MAP_FAILED) return 77;
  memcpy(memory, "\xee\xf4", 2);  // out %al, (%dx); hlt
  struct kvm_userspace_memory_region region = {
      .guest_phys_addr = 0x1000, .memory_size = 4096, .userspace_addr = (unsigned long)memory};
  struct kvm_sregs segments;
  struct kvm_regs registers = {.rip = 0x1000, .rflags = 2, .rax = 0x2a, .rdx = 0x3f8};
  if (ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) || ioctl(vcpu, KVM_GET_SREGS, &segments)) return 77;
  segments.cs.base = segments.cs.selector = 0;
  if (ioctl(vcpu, KVM_SET_SREGS, &segments) || ioctl(vcpu, KVM_SET_REGS, &registers)) return 77;
  return ioctl(vcpu, KVM_RUN, 0) || ioctl(vcpu, KVM_RUN, 0) ? 77 : 0;
}
