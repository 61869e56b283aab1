#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a client and a server of ZooKeeper say to each other: pure. The records are those of
/// zookeeper-jute/src/main/resources/zookeeper.jute, the numbers of ZooDefs.OpCode and
/// KeeperException.Code.
namespace zke {

/// How an operation of a session ended.
enum class Code {
  kOk,
  kTimeout,         ///< no answer by the deadline; it may still be carried out
  kConnectionLoss,  ///< none before the connection ended, or there was no connection
  kSessionExpired,  ///< the server has ended the session
  kAuthFailed,      ///< the server does not accept us
  kNoAuth,          ///< we have no permission for that
  kNoNode,
  kNodeExists,
  kBadVersion,
  kNotEmpty,
  kError,  ///< all else
};

/// A server's error code, and its name in words: "no node (-101)".
Code code_of(std::int32_t error);
std::string describe_error(std::int32_t error);

enum class Op : std::int32_t {
  kCreate = 1,
  kDelete = 2,
  kExists = 3,
  kGetData = 4,
  kSetData = 5,
  kSync = 9,
  kPing = 11,
  kGetChildren2 = 12,
  kMulti = 14,
  kAuth = 100,
  kCloseSession = -11,
};

// Numbers of messages that are no answers to operations.
constexpr std::int32_t kWatchEventXid = -1;
constexpr std::int32_t kPingXid = -2;
constexpr std::int32_t kAuthXid = -4;

/// A session, by which a server knows it again.
struct SessionId {
  std::int64_t id = 0;  ///< 0: none
  std::string password = std::string(16, '\0');
};

struct ConnectRequest {
  SessionId session;
  std::int64_t last_zxid = 0;  ///< that we have seen: a server that is behind it refuses us
  std::chrono::milliseconds timeout{};
};

/// All are whole frames.
std::string encode_connect(const ConnectRequest& request);
std::string encode_ping();
/// `credentials`: user:password.
std::string encode_digest_auth(std::string_view credentials);

/// What a server is asked for, but for the number by which its answer is known.
struct Operation {
  Op op{};
  std::string path;  ///< empty: it is about none
  std::string rest;  ///< what follows the path, in jute
};

enum class CreateMode : std::int32_t { kPersistent = 0, kEphemeralSequential = 3 };

/// Who may do what with a znode that we make.
enum class Access {
  kOpen,            ///< anybody anything
  kOwnAndReadable,  ///< we, by our credentials, anything; anybody may read
};

constexpr std::int32_t kAnyVersion = -1;

Operation make_exists(std::string_view path, bool is_watched);
Operation make_get(std::string_view path, bool is_watched);
Operation make_children(std::string_view path, bool is_watched);
Operation make_set(std::string_view path, std::string_view data,
                   std::int32_t version = kAnyVersion);
Operation make_create(std::string_view path, std::string_view data, Access access, CreateMode mode);
Operation make_delete(std::string_view path, std::int32_t version = kAnyVersion);
Operation make_sync(std::string_view path);
Operation make_close();
/// Of create, delete and set: all of them are done, or none.
Operation make_multi(const std::vector<Operation>& operations);

std::string encode(const Operation& operation, std::int32_t xid);

struct ConnectResponse {
  std::chrono::milliseconds timeout{};  ///< that the server grants; 0: the session has expired
  SessionId session;
};

/// The answer to a ConnectRequest; nothing if it is none.
std::optional<ConnectResponse> parse_connect(std::string_view frame);

struct ReplyHeader {
  std::int32_t xid = 0;
  std::int64_t zxid = 0;
  std::int32_t error = 0;
  std::string_view body;  ///< in the frame
};

std::optional<ReplyHeader> parse_reply(std::string_view frame);

/// What a watch tells.
struct WatchEvent {
  std::string path;
  bool is_of_data = false;      ///< the znode was made, deleted or set
  bool is_of_children = false;  ///< it was deleted, or its children are others
};

/// Nothing if it tells of no znode.
std::optional<WatchEvent> parse_watch_event(std::string_view body);

struct ZnodeStat {
  std::int64_t created_zxid = 0;
  std::int64_t modified_zxid = 0;
  std::int32_t version = 0;
  std::int64_t ephemeral_owner = 0;
  std::int32_t data_length = 0;
  std::int32_t children = 0;
};

struct Znode {
  std::string data;
  ZnodeStat stat;
};

std::optional<ZnodeStat> parse_stat(std::string_view body);
std::optional<Znode> parse_get(std::string_view body);
std::optional<std::vector<std::string>> parse_children(std::string_view body);
/// The path of the znode that was created.
std::optional<std::string> parse_create(std::string_view body);
/// The first error among the answers to a multi's operations, or 0.
std::optional<std::int32_t> parse_multi(std::string_view body);

}  // namespace zke
