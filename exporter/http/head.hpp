#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.hpp"

namespace zke {

/// Why a request is refused.
struct HeadFault {
  int status = 400;
  std::string text;
};

/// The head of a request. It is read strictly: where another server could see another end of the
/// request (a body, a line end, a coding of its own), it is refused, and what follows is no
/// request.
struct Head {
  std::optional<HeadFault> fault;  ///< the connection must be closed after the answer
  bool is_head = false;            ///< HEAD: the response has no body
  bool is_action = false;          ///< POST or PUT, else GET or HEAD
  bool is_old = false;             ///< HTTP/1.0
  bool keep_alive = false;
  std::string target;
  Headers headers;  ///< the values without blanks at their ends
};

constexpr std::size_t kHeadLimit = 8 << 10;

/// What is wrong with the beginning of a head, as far as that is certain; nothing while it may
/// become a good one. Bytes before `checked` were looked at before.
std::optional<HeadFault> find_early_fault(std::string_view text, std::size_t checked);

/// `text` is a whole head, with the empty line at its end, in which no early fault was found.
Head parse_head(std::string_view text);

}  // namespace zke
