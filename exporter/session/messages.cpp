#include "session/messages.hpp"

#include <algorithm>
#include <array>

#include "session/jute.hpp"

namespace zke {

namespace {

struct ErrorRow {
  std::int32_t error;
  Code code;
  std::string_view words;
};

// clang-format off
constexpr auto kErrors = std::to_array<ErrorRow>({
    {0,    Code::kOk,             "ok"},
    {-4,   Code::kConnectionLoss, "connection loss"},
    {-7,   Code::kTimeout,        "operation timeout"},
    {-101, Code::kNoNode,         "no node"},
    {-102, Code::kNoAuth,         "no permission"},
    {-103, Code::kBadVersion,     "another version"},
    {-110, Code::kNodeExists,     "node exists"},
    {-111, Code::kNotEmpty,       "not empty"},
    {-112, Code::kSessionExpired, "session expired"},
    {-114, Code::kError,          "invalid ACL"},
    {-115, Code::kAuthFailed,     "authentication failed"},
    {-118, Code::kConnectionLoss, "session moved to another server"},
    {-119, Code::kError,          "the server is read-only"},
    {-120, Code::kError,          "an ephemeral node on a local session"},
    {-124, Code::kAuthFailed,     "the server demands another authentication"},
    {-125, Code::kError,          "quota exceeded"},
    {-127, Code::kError,          "throttled"},
});
// clang-format on

const ErrorRow* find_error(std::int32_t error) {
  const auto* const found = std::ranges::find(kErrors, error, &ErrorRow::error);
  return found == kErrors.end() ? nullptr : found;
}

Operation make_watched(Op op, std::string_view path, bool is_watched) {
  JuteWriter rest;
  rest.add_bool(is_watched);
  return {op, std::string(path), rest.bytes()};
}

void add_body(JuteWriter& to, const Operation& operation) {
  if (!operation.path.empty()) {
    to.add_text(operation.path);
  }
  to.add_record(operation.rest);
}

constexpr std::int32_t kReadPermission = 1;
constexpr std::int32_t kAllPermissions = 31;

void add_access(JuteWriter& body, Access access) {
  if (access == Access::kOpen) {
    body.add_int(1).add_int(kAllPermissions).add_text("world").add_text("anyone");
    return;
  }
  body.add_int(2);
  body.add_int(kAllPermissions).add_text("auth").add_text("");
  body.add_int(kReadPermission).add_text("world").add_text("anyone");
}

ZnodeStat read_stat(JuteReader& body) {
  ZnodeStat stat;
  stat.created_zxid = body.read_long();
  stat.modified_zxid = body.read_long();
  body.read_long();  // when it was created
  body.read_long();  // when it was modified
  stat.version = body.read_int();
  body.read_int();  // version of its children
  body.read_int();  // version of its ACL
  stat.ephemeral_owner = body.read_long();
  stat.data_length = body.read_int();
  stat.children = body.read_int();
  body.read_long();  // zxid of its children
  return stat;
}

template <class Value>
std::optional<Value> if_good(const JuteReader& body, Value value) {
  return body.is_good() ? std::optional(std::move(value)) : std::nullopt;
}

}  // namespace

Code code_of(std::int32_t error) {
  const auto* const row = find_error(error);
  return row == nullptr ? Code::kError : row->code;
}

std::string describe_error(std::int32_t error) {
  const auto* const row = find_error(error);
  return std::string(row == nullptr ? "an error" : row->words) + " (" + std::to_string(error) + ")";
}

std::string encode_connect(const ConnectRequest& request) {
  JuteWriter body;
  body.add_int(0)  // version of the protocol
      .add_long(request.last_zxid)
      .add_int(static_cast<std::int32_t>(request.timeout.count()))
      .add_long(request.session.id)
      .add_text(request.session.password)
      .add_bool(false);  // a read-only server is none for us
  return body.frame();
}

std::string encode_ping() { return encode({Op::kPing, "", ""}, kPingXid); }

std::string encode_digest_auth(std::string_view credentials) {
  JuteWriter body;
  body.add_int(0).add_text("digest").add_text(credentials);
  return encode({Op::kAuth, "", body.bytes()}, kAuthXid);
}

Operation make_exists(std::string_view path, bool is_watched) {
  return make_watched(Op::kExists, path, is_watched);
}

Operation make_get(std::string_view path, bool is_watched) {
  return make_watched(Op::kGetData, path, is_watched);
}

Operation make_children(std::string_view path, bool is_watched) {
  return make_watched(Op::kGetChildren2, path, is_watched);
}

Operation make_set(std::string_view path, std::string_view data, std::int32_t version) {
  JuteWriter rest;
  rest.add_text(data).add_int(version);
  return {Op::kSetData, std::string(path), rest.bytes()};
}

Operation make_create(std::string_view path, std::string_view data, Access access,
                      CreateMode mode) {
  JuteWriter rest;
  rest.add_text(data);
  add_access(rest, access);
  rest.add_int(static_cast<std::int32_t>(mode));
  return {Op::kCreate, std::string(path), rest.bytes()};
}

Operation make_delete(std::string_view path, std::int32_t version) {
  JuteWriter rest;
  rest.add_int(version);
  return {Op::kDelete, std::string(path), rest.bytes()};
}

Operation make_sync(std::string_view path) { return {Op::kSync, std::string(path), ""}; }

Operation make_close() { return {Op::kCloseSession, "", ""}; }

Operation make_multi(const std::vector<Operation>& operations) {
  JuteWriter all;
  for (const auto& operation : operations) {
    all.add_int(static_cast<std::int32_t>(operation.op)).add_bool(false).add_int(-1);
    add_body(all, operation);
  }
  all.add_int(-1).add_bool(true).add_int(-1);
  return {Op::kMulti, "", all.bytes()};
}

std::string encode(const Operation& operation, std::int32_t xid) {
  JuteWriter message;
  message.add_int(xid).add_int(static_cast<std::int32_t>(operation.op));
  add_body(message, operation);
  return message.frame();
}

std::optional<ConnectResponse> parse_connect(std::string_view frame) {
  constexpr std::int32_t kLongest = 24 * 3600 * 1000;
  constexpr std::size_t kLongestPassword = 64;  // it is 16
  JuteReader body(frame);
  ConnectResponse response;
  const auto version = body.read_int();
  const auto timeout = body.read_int();
  response.timeout = std::chrono::milliseconds(timeout);
  response.session.id = body.read_long();
  response.session.password = body.read_text();
  if (!body.is_at_end()) {
    body.read_bool();  // read-only; 3.3 and older don't say
  }
  const bool is_true = version == 0 && timeout >= 0 && timeout <= kLongest && body.is_at_end() &&
                       response.session.password.size() <= kLongestPassword &&
                       (timeout == 0 || response.session.id != 0);
  return is_true ? if_good(body, response) : std::nullopt;
}

std::optional<ReplyHeader> parse_reply(std::string_view frame) {
  constexpr std::size_t kHeader = 16;
  JuteReader header(frame);
  ReplyHeader reply;
  reply.xid = header.read_int();
  reply.zxid = header.read_long();
  reply.error = header.read_int();
  if (!header.is_good()) {
    return std::nullopt;
  }
  reply.body = frame.substr(kHeader);
  return reply;
}

std::optional<WatchEvent> parse_watch_event(std::string_view body) {
  enum Type { kCreated = 1, kDeleted, kDataChanged, kChildrenChanged };
  JuteReader reader(body);
  WatchEvent event;
  const auto type = reader.read_int();
  reader.read_int();  // the state of the session
  event.path = reader.read_text();
  event.is_of_data = type == kCreated || type == kDeleted || type == kDataChanged;
  event.is_of_children = type == kDeleted || type == kChildrenChanged;
  return event.is_of_data || event.is_of_children ? if_good(reader, std::move(event))
                                                  : std::nullopt;
}

std::optional<ZnodeStat> parse_stat(std::string_view body) {
  JuteReader reader(body);
  const auto stat = read_stat(reader);
  return if_good(reader, stat);
}

std::optional<Znode> parse_get(std::string_view body) {
  JuteReader reader(body);
  Znode znode;
  znode.data = reader.read_text();
  znode.stat = read_stat(reader);
  return if_good(reader, std::move(znode));
}

std::optional<std::vector<std::string>> parse_children(std::string_view body) {
  JuteReader reader(body);
  auto children = reader.read_texts();
  read_stat(reader);
  return if_good(reader, std::move(children));
}

std::optional<std::string> parse_create(std::string_view body) {
  JuteReader reader(body);
  auto path = reader.read_text();
  return if_good(reader, std::move(path));
}

std::optional<std::int32_t> parse_multi(std::string_view body) {
  JuteReader reader(body);
  std::int32_t first = 0;
  for (;;) {
    const auto op = reader.read_int();
    const bool is_end = reader.read_bool();
    reader.read_int();  // the error, which the answer says too
    if (is_end || !reader.is_good()) {
      return if_good(reader, first);
    }
    constexpr std::int32_t kError = -1;
    if (op == kError) {
      const auto error = reader.read_int();
      first = first == 0 ? error : first;
    } else if (op == static_cast<std::int32_t>(Op::kCreate)) {
      reader.read_text();
    } else if (op == static_cast<std::int32_t>(Op::kSetData)) {
      read_stat(reader);
    } else if (op != static_cast<std::int32_t>(Op::kDelete)) {
      return std::nullopt;
    }
  }
}

}  // namespace zke
