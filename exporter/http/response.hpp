#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/body.hpp"
#include "http/head.hpp"
#include "http/message.hpp"

namespace zke {

/// The body as it is sent, packed if the client takes that; adds the headers that say so. Points
/// into `body`.
std::string_view pack(Response& response, Body& body, const Request& request);

/// Everything before the body, of which `length` bytes are sent. Values of headers are made
/// printable.
std::string head_text(const Response& response, std::size_t length, const Head& request,
                      bool keep_alive);

}  // namespace zke
