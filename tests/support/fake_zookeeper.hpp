#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace zke::test {

/// A message as a client sent it, without its length.
struct Heard {
  std::int32_t xid = 0;
  std::int32_t op = 0;
  std::string body;
};

/// What a FakeZookeeper says to it.
struct Said {
  Said(std::string its_bytes = {}, bool it_closes = false)
      : bytes(std::move(its_bytes)), closes(it_closes) {}

  std::string bytes;    ///< whole frames, or what it likes
  bool closes = false;  ///< the connection, after them
};

constexpr std::int64_t kFakeSession = 0x1234;

// Frames of a server.
std::string connect_response(std::chrono::milliseconds timeout, std::int64_t session);
std::string reply(std::int32_t xid, std::int32_t error = 0, std::string_view body = {},
                  std::int64_t zxid = 1);
std::string watch_event(std::int32_t type, std::string_view path);
std::string stat_of(std::int32_t version);  ///< no frame, but part of one

/// Plays a server of ZooKeeper's client protocol on a free port of 127.0.0.1, on the test's own
/// loop. It serves well: answers are empty but that of exists, which is version 7. Whatever it is
/// to do otherwise is a function.
class FakeZookeeper {
 public:
  struct Seen {
    std::size_t connections = 0;
    std::size_t open = 0;                ///< connections that have not ended
    std::vector<std::int64_t> sessions;  ///< that clients wanted to resume, 0: a new one
    std::vector<std::int32_t> ops;       ///< of all messages, pings too
  };

  explicit FakeZookeeper(boost::asio::io_context& io);
  ~FakeZookeeper();
  FakeZookeeper(const FakeZookeeper&) = delete;
  FakeZookeeper& operator=(const FakeZookeeper&) = delete;
  FakeZookeeper(FakeZookeeper&&) = delete;
  FakeZookeeper& operator=(FakeZookeeper&&) = delete;

  boost::asio::ip::tcp::endpoint endpoint() const;
  const Seen& seen() const;
  std::size_t count(std::int32_t op) const;  ///< messages of this kind

  /// To the session that a client wants. As long as it is empty, it grants `timeout`.
  void greet_by(std::function<Said(std::int64_t session)> greet);
  void grant(std::chrono::milliseconds timeout);
  /// To every later message.
  void answer_by(std::function<Said(const Heard&)> answer);
  static Said answer_well(const Heard& heard);

  void stop_reading();                  ///< of any connection, after what it reads now
  void send(const std::string& bytes);  ///< to every client
  void drop_all();                      ///< ends every connection with FIN
  void shut_sending();                  ///< on every connection: FIN, but it stays open
  void shut();                          ///< refuses connections from now on

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with its coroutines, which may outlive it
};

}  // namespace zke::test
