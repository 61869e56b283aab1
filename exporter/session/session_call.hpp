#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "session/session.hpp"

namespace zke {

/// An operation from its request to its answer; for the session's own files.
struct Session::Call {
  Call(const boost::asio::any_io_executor& loop, std::int32_t its_xid)
      : xid(its_xid), answered(loop) {}

  /// The answer has come: whether the watch is set, it says too.
  void set_watch(Code code, Watches& watches) const {
    const auto asked = watch.lock();
    if (!asked) {
      return;
    }
    if (code == Code::kOk || (code == Code::kNoNode && op == Op::kExists)) {
      const bool is_of_children = op == Op::kGetChildren2;
      watches.add(path, is_of_children ? Watches::Of::kChildren : Watches::Of::kData, asked);
    } else {
      asked->end(Watch::State::kLost);
    }
  }

  std::int32_t xid;
  Op op{};
  std::string path;
  std::weak_ptr<Watch> watch;
  bool is_over = false;
  Ended ended{Code::kTimeout, "no answer in time", {}};
  boost::asio::steady_timer answered;  ///< cancelled when it is over

  void end(Code code, std::string why, std::string body = {}) {
    is_over = true;
    ended = {code, std::move(why), std::move(body)};
    answered.cancel();
  }
};

}  // namespace zke
