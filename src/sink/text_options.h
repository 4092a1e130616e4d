// How the strace text sink writes. Built by cli, const afterwards.
#pragma once

#include <bitset>

#include "base/types.h"

namespace sysray::sink {

enum class XlatStyle : u8 { abbrev, raw, verbose };               // -X
enum class HexStrings : u8 { non_ascii_as_octal, non_ascii_chars, non_ascii, all };  // default, --strings-in-hex=non-ascii-chars, -x, -xx
enum class PidPrefix : u8 { automatic, always, never };           // automatic: once there is more than one thread
enum class TimePrefix : u8 { none, seconds_of_day, unix_epoch, relative };
enum class Precision : u8 { s = 0, ms = 3, us = 6, ns = 9 };      // digits behind the point

struct TextOptions {
  XlatStyle xlat = XlatStyle::abbrev;
  HexStrings hex_strings = HexStrings::non_ascii_as_octal;
  PidPrefix pid_prefix = PidPrefix::automatic;
  TimePrefix absolute_time = TimePrefix::none;   // -t, -tt, -ttt
  Precision absolute_precision = Precision::s;
  bool relative_time = false;                    // -r
  Precision relative_precision = Precision::us;
  bool duration = false;                         // -T
  Precision duration_precision = Precision::us;
  bool instruction_pointer = false;              // -i
  bool syscall_number = false;                   // -n
  bool argument_names = false;                   // -N / --arg-names
  bool command_names = false;                    // -Y: pid prefix with <comm>
  bool personality_notes = true;                 // quiet=personality clears it
  bool exit_notes = true;                        // quiet=exit: "+++ exited with N +++"
  bool superseded_notes = true;                  // quiet=thread-execve
  bool whole_calls = false;                      // --whole-calls: no <unfinished ...>
  bool failed_only = false;                      // -Z
  bool successful_only = false;                  // -z
  u32 align_column = 40;                         // -a
  u16 status_mask = 0xffff;                      // -e status=: bit per Status
};

// Outcomes of a call that -e status= selects.
enum class Status : u8 { successful, failed, unfinished, unavailable, detached };

}  // namespace sysray::sink
