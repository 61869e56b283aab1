#pragma once

#include <string>
#include <vector>

#include "http/message.hpp"

namespace zke {

/// What there is instead of what was asked for.
struct Known {
  std::string title;  ///< between the error and the list, in text: ". There are:"
  std::vector<std::string> values;
};

/// An error: `404: there is no page /x. There are:` and a value a line. For a client that asks for
/// JSON, `{"error":"there is no page /x","status":404,"known":[…]}`.
Response refuse(bool as_json, int status, const std::string& error, const Known& known = {});

}  // namespace zke
