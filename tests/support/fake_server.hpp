#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "fourletter/command.hpp"
#include "net/address.hpp"

namespace zke::test {

/// What a FakeServer does once it has read a word: sends `text`, `times` over, and then ends.
struct Script {
  enum class End {
    kClose,  ///< the end of an answer, whole or cut
    kReset,  ///< RST
    kHang,   ///< leaves the connection open
  };
  std::string text;
  End end = End::kClose;
  std::size_t times = 1;
  bool drips = false;  ///< one byte at a time, a few milliseconds apart
};

/// How a FakeServer's port behaves.
enum class Door {
  kOpen,
  kUnattended,  ///< the kernel accepts, nobody ever answers
  kBlocked,     ///< connecting hangs: the backlog is full
  kSlammed,     ///< accepts, then resets at once
};

/// Plays a ZooKeeper member on a free port of 127.0.0.1: answers each word by its script, and
/// counts what clients do to it. Runs on the test's own loop, so that its counts need no locks and
/// the order of events is certain.
class FakeServer {
 public:
  struct Seen {
    std::vector<std::string> words;
    std::size_t connections = 0;
    std::size_t most_at_once = 0;  ///< connections
    std::size_t extra_bytes = 0;   ///< read after the word
    std::size_t bytes_sent = 0;    ///< that the kernel took
    std::size_t resets = 0;        ///< connections that the client ended with RST
    std::size_t closes = 0;        ///< connections that the client ended with FIN
  };

  /// Healthy: it gives the replies in the folder `replies` below tests/data.
  explicit FakeServer(boost::asio::io_context& io, const std::string& replies = "3.8.0/leader",
                      Door door = Door::kOpen);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;
  FakeServer(FakeServer&&) = delete;
  FakeServer& operator=(FakeServer&&) = delete;

  Address address() const;

  void play(const std::string& replies);
  void play(Command command, Script script);
  void play_always(const Script& script);  ///< whatever the word, be it the begin of HTTP

  /// Stops listening: connections are refused from now on.
  void shut();

  const Seen& seen() const;

 private:
  struct State;
  struct Session;
  std::shared_ptr<State> state_;  ///< shared with its coroutines, which may outlive it
};

}  // namespace zke::test
