#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zke {

/// What is wrong with a text that should be `HOST:PORT`.
struct AddressMistake {
  std::string what;  ///< what the text is: "is a URL"
  std::string rest;  ///< what is left of it without that, which may have more mistakes
};

/// The first mistake that is known, or nothing.
std::optional<AddressMistake> find_mistake(std::string_view text);

/// That it is a server's line of zoo.cfg, `server.1=zk-0:2888:3888:participant;2181`, or a part of
/// it, if so.
std::optional<AddressMistake> find_server_line(std::string_view text);

}  // namespace zke
