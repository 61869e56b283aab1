#include "base/result.hpp"

namespace zke {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "none";
    case Reason::kDns:
      return "dns";
    case Reason::kRefused:
    case Reason::kNoRoute:
      return "refused";
    case Reason::kTimeout:
    case Reason::kNoConnection:
      return "timeout";
    case Reason::kTls:
      return "tls";
    case Reason::kClosedWithoutAnswer:
      return "closed_without_answer";
    case Reason::kTruncated:
      return "truncated";
    case Reason::kTooLarge:
      return "too_large";
    case Reason::kMalformed:
      return "malformed";
    case Reason::kCommandRefused:
      return "command_refused";
    case Reason::kLocalError:
      return "local_error";
  }
  return "none";
}

}  // namespace zke
