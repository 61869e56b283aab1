#pragma once

#include <chrono>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace zke {

/// Whether `bytes`, the first that a peer said, are how a server of TLS begins: a greeting or an
/// alert.
bool is_tls_answer(std::string_view bytes);

/// Whether `server` speaks TLS: it is greeted as TLS begins, and answers in TLS, whatever. Needs no
/// files, and believes nobody.
boost::asio::awaitable<bool> speaks_tls(boost::asio::ip::tcp::endpoint server,
                                        std::chrono::steady_clock::time_point deadline);

}  // namespace zke
