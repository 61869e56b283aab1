#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.hpp"
#include "base/task_group.hpp"
#include "judge/client_view.hpp"
#include "net/connection.hpp"
#include "net/target.hpp"
#include "session/messages.hpp"
#include "session/watch.hpp"

namespace zke {

struct SessionSettings {
  std::chrono::milliseconds timeout = std::chrono::seconds(10);  ///< of the session, as we ask
  std::chrono::milliseconds patience = std::chrono::seconds(5);  ///< with one attempt to connect
  std::string auth = {};    ///< `user:password` for the scheme digest, or empty
  std::string chroot = {};  ///< goes before every path, or empty
};

/// How an operation ended, and what it brought if that was well.
template <class T>
struct Outcome {
  Code code = Code::kError;
  std::string why;  ///< for people, if it is not kOk
  T value{};
};

struct Nothing {};

/// A client's session with ZooKeeper: with one server, or with whichever of several lets it in. It
/// connects by itself, again and again: to its session while that may live, with a new one after.
/// Whatever a server sends, each attempt ends by its deadline, each operation by the caller's, and
/// memory is bounded.
///
/// The connection counts as lost after two thirds of the session's timeout without a word; we say
/// something every third. The server grants the timeout (2 to 20 of its ticks). No read-only server
/// is accepted.
class Session {
 public:
  using Clock = std::chrono::steady_clock;

  /// Which server the next attempt is to try, found by the deadline.
  using Find = std::function<boost::asio::awaitable<Result<Target>>(Clock::time_point)>;

  /// An attempt to connect that has ended.
  struct Attempt {
    Code code = Code::kError;
    std::string why;         ///< if it did not succeed
    Clock::duration took{};  ///< from its begin until the session stands
  };

  /// What the owner gets to hear, on the loop; called while the session changes: start nothing new
  /// with it in there.
  struct Events {
    std::function<void(const Attempt&)> tried;
    std::function<void()> changed;  ///< state() is another one
    std::function<void()> dropped;  ///< a connection that stood has ended, not by us
  };

  Session(boost::asio::any_io_executor loop, Find find, SessionSettings settings, Events events);
  ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  /// Begins to connect. It may end after join(), or when the loop does not run any more.
  void start();

  SessionState state() const { return state_; }
  bool is_connected() const { return state_ == SessionState::kConnected; }

  /// Whether the server still holds it for alive, so that nobody else can have its ephemeral znodes
  /// yet: also after we were stopped for a while.
  bool is_surely_alive() const {
    return is_connected() && Clock::now() < heard_ + granted_ * 2 / 3;
  }

  std::int64_t id() const { return session_.id; }

  /// Why it is not connected; empty before the first attempt has failed.
  const std::string& trouble() const { return trouble_; }

  /// Operations that have no answer yet, also those that nobody waits for any more.
  std::size_t outstanding() const { return calls_.size(); }

  /// Connects now, if it is waiting before the next attempt.
  void hurry() { retry_.cancel(); }

  /// Ends the connection, as if it were lost: the session goes on with the next.
  void drop(const std::string& why);

  /// Takes leave of the server, within a second, and ends.
  void close();

  /// Ends at once, and tells nothing more; the server ends the session after its timeout.
  void cancel();

  /// Waits until nothing of it runs any more.
  boost::asio::awaitable<void> join();

  /// Waits until it is connected, or until `deadline`. For one waiter.
  boost::asio::awaitable<bool> wait_connected(Clock::time_point deadline);

  // Each ends by `deadline`; as kTimeout also when its coroutine is cancelled. Paths are below the
  // chroot. A watch tells of changes from the answer on, until the connection ends; with kNoNode
  // only that of exists() is set.

  boost::asio::awaitable<Outcome<ZnodeStat>> exists(std::string path, Clock::time_point deadline,
                                                    WatchPtr watch = nullptr);
  boost::asio::awaitable<Outcome<Znode>> get(std::string path, Clock::time_point deadline,
                                             WatchPtr watch = nullptr);
  boost::asio::awaitable<Outcome<std::vector<std::string>>> children(std::string path,
                                                                     Clock::time_point deadline,
                                                                     WatchPtr watch = nullptr);
  boost::asio::awaitable<Outcome<ZnodeStat>> set(std::string path, std::string data,
                                                 Clock::time_point deadline);
  /// The answer is the path, with its number if the mode gives one.
  boost::asio::awaitable<Outcome<std::string>> create(std::string path, std::string data,
                                                      Access access, CreateMode mode,
                                                      Clock::time_point deadline);
  boost::asio::awaitable<Outcome<Nothing>> remove(std::string path, Clock::time_point deadline);
  /// The server has then caught up with the leader as it was.
  boost::asio::awaitable<Outcome<Nothing>> sync(std::string path, Clock::time_point deadline);
  /// All of these are done (make_create, make_delete, make_set), or none.
  boost::asio::awaitable<Outcome<Nothing>> multi(std::vector<Operation> operations,
                                                 Clock::time_point deadline);

 private:
  struct Call;
  struct Ended {
    Code code = Code::kError;
    std::string why;
    std::string body;
  };
  using CallPtr = std::shared_ptr<Call>;
  using ConnectionPtr = std::shared_ptr<Connection>;

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<ConnectionPtr> connect(Attempt& attempt);
  boost::asio::awaitable<ConnectionPtr> connect_to(boost::asio::ip::tcp::endpoint server,
                                                   std::shared_ptr<TlsPeer> tls,
                                                   Clock::time_point deadline, Attempt& attempt);
  boost::asio::awaitable<bool> greet(Connection& connection, Attempt& attempt);
  boost::asio::awaitable<bool> log_in(Connection& connection, Attempt& attempt) const;
  boost::asio::awaitable<std::string> read_frames(Connection& connection);
  boost::asio::awaitable<void> write_frames();
  std::string take_frame(std::string_view frame);
  void take_answer(std::int32_t error, std::string_view body);
  void lose(const std::string& why);
  void end_calls(Code code, const std::string& why);
  void change(SessionState state);
  Clock::duration next_delay(const Attempt& attempt);
  CallPtr call(Operation operation, const WatchPtr& watch = nullptr);
  static boost::asio::awaitable<void> wait_for(CallPtr call, Clock::time_point deadline);
  CallPtr send(const Operation& operation);
  std::string full(const std::string& path) const;

  boost::asio::any_io_executor loop_;
  Find find_;
  SessionSettings settings_;
  Events events_;

  SessionState state_ = SessionState::kConnecting;
  std::string trouble_;
  SessionId session_;
  std::int64_t last_zxid_ = 0;
  std::chrono::milliseconds granted_{};
  Clock::time_point heard_;                ///< the last word of the server
  boost::asio::ip::tcp::endpoint let_in_;  ///< where it was connected last
  int failures_ = 0;                       ///< in a row: attempts, or connections that did not last
  bool is_closing_ = false;
  Code ended_by_ = Code::kConnectionLoss;  ///< what the server said of the session, if it did

  ConnectionPtr connection_;  ///< while it is connected
  std::string out_;           ///< frames to send
  Clock::time_point next_ping_;
  std::int32_t xid_ = 0;
  int unasked_ = 0;            ///< frames since we asked something
  std::deque<CallPtr> calls_;  ///< in the order in which they are answered
  Watches watches_;

  std::minstd_rand random_;
  boost::asio::steady_timer retry_;      ///< waits before the next attempt
  boost::asio::steady_timer wake_;       ///< cancelled when there is something to send
  boost::asio::steady_timer connected_;  ///< cancelled when it is connected
  TaskGroup tasks_;
};

}  // namespace zke
