#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

namespace zke {

/// Work that may block for as long as it likes, such as a look-up or a read of a file: each on a
/// thread of its own, which delays neither the loop nor the end of the process.
class Background {
 public:
  using Done = std::function<void()>;

  /// `loop` must live until close().
  explicit Background(boost::asio::any_io_executor loop);
  ~Background() { close(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(Background&&) = delete;

  /// Calls `work` on a thread, and what it returns on the loop. `work` must not throw, and must own
  /// what it uses. False when there can't be another thread now.
  bool run(std::function<Done()> work);

  /// What has not ended by now is never heard of.
  void close();

 private:
  struct Gate;
  boost::asio::any_io_executor loop_;
  std::shared_ptr<Gate> gate_;
};

}  // namespace zke
