// Answers of a Resolver as bytes: what a recording keeps of the world. One answer behind the other, each as
//
//   byte question (Question), signed tid, signed number, text path, text with the answer
//
// where number and path are what was asked about, as far as the question has them. What is unknown is not written.
#pragma once

#include "base/types.h"

namespace sysray::resolve {

enum class Question : u8 {
  descriptor_target = 1,
  descriptor_details,
  working_directory,
  descriptor_device,
  socket_protocol,
  interface_name,
  thread_name,
  stack,
  translated_task,
  translated_group,
  translated_session,
  id_chain,
  user_name,
  group_name,
  container,
  file_security,
  descriptor_security,
  task_security,
  namespaces,
};

// Of one event.
inline constexpr u32 max_answers = 4096;

}  // namespace sysray::resolve
