#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/background.hpp"
#include "net/tls_context.hpp"

namespace zke {

/// When files are looked at.
struct TlsFileTimes {
  std::chrono::steady_clock::duration look_every = std::chrono::seconds(5);
  std::chrono::steady_clock::duration patience = std::chrono::seconds(10);  ///< with one look
};

/// The files of TlsSettings, read at once and looked at again every 5 s, on a thread: a Secret that
/// is swapped is in use soon, whatever its links are. New files that can't be used change nothing.
/// `start` it, and hold it by a shared_ptr.
class TlsFiles : public std::enable_shared_from_this<TlsFiles> {
 public:
  using Clock = std::chrono::steady_clock;
  /// TlsContext::load, but for tests; called on a thread.
  using Load = std::function<Result<TlsContext::Ptr>(const TlsSettings&, TlsContext::Ptr last)>;

  TlsFiles(boost::asio::any_io_executor loop, TlsSettings settings,
           const TlsFileTimes& times = TlsFileTimes(), Load load = TlsContext::load);

  void start() { read(); }

  const TlsSettings& settings() const { return settings_; }

  /// Of the last files that were good; nullptr before the first.
  const TlsContext::Ptr& context() const { return context_; }

  /// Why what the files hold now is not used, or empty. Two looks in a row must say so: files are
  /// not swapped all in one instant. Or that a look does not end.
  const std::string& mistake() const { return mistake_; }

  /// Waits until they are read for the first time, until `deadline` at most.
  boost::asio::awaitable<void> wait_first(Clock::time_point deadline);

 private:
  void read();
  void take(const Result<TlsContext::Ptr>& reading);
  void look_later();

  boost::asio::any_io_executor loop_;
  TlsSettings settings_;
  TlsFileTimes times_;
  Load load_;
  TlsContext::Ptr context_;
  std::string mistake_;
  bool is_read_ = false;
  bool is_doubtful_ = false;         ///< the last look found a mistake
  boost::asio::steady_timer next_;   ///< the next look; of one that runs, how long it may take
  boost::asio::steady_timer first_;  ///< cancelled when they are read for the first time
  Background background_;
};

}  // namespace zke
