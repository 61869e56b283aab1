#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "net/connection.hpp"
#include "session/messages.hpp"

namespace zke {

constexpr const char* kNoProtocol = "it does not speak ZooKeeper's client protocol";

/// How reading a frame ended: kOk, or why not.
struct FrameEnd {
  Code code = Code::kOk;
  std::string why;
};

/// Reads one message of a server into `frame`, which is emptied before; at most 1 MiB, the default
/// of jute.maxbuffer. No answer by the connection's deadline is kTimeout.
boost::asio::awaitable<FrameEnd> read_frame(Connection& connection, std::string& frame);

}  // namespace zke
