// How the strace text sink writes. Built by cli, const afterwards.
#pragma once

#include <bitset>

#include "base/types.h"

namespace sysray::sink {

class Palette;

enum class XlatStyle : u8 { abbrev, raw, verbose };  // -X
// How bytes of strings are shown that aren't printable ASCII.
enum class HexStrings : u8 {
  non_ascii_as_octal,  // default
  non_ascii_chars,     // --strings-in-hex=non-ascii-chars: hexadecimal escapes
  non_ascii,           // -x: strings that have any, wholly in hexadecimal
  all,                 // -xx: every string
};

// automatic: "[pid  12] " once there is more than one thread, and never with an output for each thread (strace on
// standard error); always: "12    " (strace -f -o, --always-show-pid).
enum class PidPrefix : u8 { automatic, always, never };

enum class TimePrefix : u8 { none, seconds_of_day, unix_epoch, relative };
enum class Precision : u8 { s = 0, ms = 3, us = 6, ns = 9 };  // digits behind the point

struct TextOptions {
  XlatStyle xlat = XlatStyle::abbrev;
  HexStrings hex_strings = HexStrings::non_ascii_as_octal;
  PidPrefix pid_prefix = PidPrefix::automatic;
  TimePrefix absolute_time = TimePrefix::none;  // -t, -tt, -ttt
  Precision absolute_precision = Precision::s;
  bool relative_time = false;  // -r
  Precision relative_precision = Precision::us;
  bool duration = false;  // -T
  Precision duration_precision = Precision::us;
  bool instruction_pointer = false;  // -i
  bool syscall_number = false;       // -n
  bool argument_names = false;       // -N / --arg-names
  bool command_names = false;        // -Y: pid prefix with <comm>
  bool personality_notes = true;     // quiet=personality clears it
  bool exit_notes = true;            // quiet=exit: "+++ exited with N +++"
  bool superseded_notes = true;      // quiet=thread-execve
  bool whole_calls = false;          // --whole-calls: no <unfinished ...>
  bool start_order = false;          // ... and in the order in which the calls began, not ended
  bool failed_only = false;          // -Z
  bool successful_only = false;      // -z
  u32 align_column = 40;             // -a
  const Palette* palette = nullptr;  // --color; not owned; nullptr: no colors
  u16 status_mask = 0xffff;          // -e status=: bit 1 << Status; bits without a Status do not matter
};

// Outcomes of a call that -e status= selects.
enum class Status : u8 { successful, failed, unfinished, unavailable, detached };

}  // namespace sysray::sink
