// What the decoder is asked for: depth and limits. Built by cli, const afterwards.
#pragma once

#include "event/call_set.h"
#include "event/number_set.h"

namespace sysray::decode {

struct Options {
  size_t string_limit = 32;                                   // -s: bytes of a string, elements of an abbreviated array
  event::CallSet abbreviate = event::CallSet::everything();   // -e abbrev=
  event::CallSet dereference = event::CallSet::everything();  // -e verbose=: calls whose structures are decoded
  event::CallSet raw = event::CallSet::nothing();             // -e raw=: arguments are bare hex registers
  event::NumberSet dump_received;                             // -e read=: descriptors whose data are dumped
  event::NumberSet dump_sent;                                 // -e write=
  bool stacks = false;                                        // fill Event::stack
  bool find_targets = false;                                  // fill Event::targets
  bool fd_paths = false;                                      // -y
  u32 fd_details = 0;                                         // -yy: resolve::DescriptorDetail bits
  bool wants_descriptors() const { return fd_paths || fd_details != 0; }
  bool pid_names = false;          // -Y
  bool translate_pids = false;     // --pidns-translation
  bool namespaces = false;         // --namespace=new
  bool states = false;             // fill Event::states (--kvm=vcpu+)
  bool security_contexts = false;  // --secontext
  bool id_chains = false;          // with translate_pids: the ids of every namespace, for sinks that show data
  bool containers = false;         // fill Event::container
  bool tells_of_tasks() const { return security_contexts || id_chains || containers; }
  bool user_names = false;       // --decode-ids
  bool annotate_arrays = false;  // -n is for calls; kept for --decode-fds
};

}  // namespace sysray::decode
