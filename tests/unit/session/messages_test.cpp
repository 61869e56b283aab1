#include "session/messages.hpp"

#include <array>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "session/jute.hpp"

using namespace zke;
using namespace std::chrono_literals;

namespace {

std::string from_hex(std::string_view hex) {
  constexpr int kHex = 16;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, kHex));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const auto byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4U];
    hex += kDigits[static_cast<unsigned char>(byte) & 0xfU];
  }
  return hex;
}

// What a ZooKeeper 3.8.0 answered, without the length before it.
const auto kGreeting =
    from_hex("0000000000000fa0010003d9266c00000000001076b13f0bcbc4ebbc44f855608c15faad00");
const auto kGreetingOf33 = kGreeting.substr(0, kGreeting.size() - 1);  // says nothing of read-only
const auto kReply = from_hex("000000060000000000000003ffffff9b000000022f61");
const auto kStat = from_hex(
    "00000000000000020000000000000003000001a22155fc60000001a22155fd42000000010000000000000000000000"
    "00000000000000000100000000000000000000"
    "0002");
const auto kGot = from_hex("0000000568656c6c6f") + kStat;
const auto kChildren = from_hex(
                           "0000000200000001"
                           "61000000097a6f6f6b6565706572") +
                       kStat;
const auto kCreated = from_hex("000000022f61");
const auto kEvent = from_hex("0000000300000003000000022f61");
const auto kMultiDone = from_hex("000000010000000000000000022f62000000050000000000") + kStat +
                        from_hex("000000020000000000ffffffff01ffffffff");
const auto kMultiRefused = from_hex(
    "ffffffff000000000000000000ffffffff00ffffff9bffffff9bffffffff00fffffffefffffffeffffffff01ffffff"
    "ff");

/// A parser, and an answer that it takes.
struct Parser {
  std::function<bool(std::string_view)> takes;
  std::string good;
};

template <class T>
std::function<bool(std::string_view)> takes(std::optional<T> (*parse)(std::string_view)) {
  return [parse](std::string_view bytes) { return parse(bytes).has_value(); };
}

std::vector<Parser> parsers() {
  return {{takes(parse_connect), kGreeting},  {takes(parse_reply), kReply.substr(0, 16)},
          {takes(parse_stat), kStat},         {takes(parse_get), kGot},
          {takes(parse_children), kChildren}, {takes(parse_create), kCreated},
          {takes(parse_watch_event), kEvent}, {takes(parse_multi), kMultiDone},
          {takes(parse_multi), kMultiRefused}};
}

}  // namespace

TEST_CASE("requests are as ZooKeeper's own client writes them", "[session]") {
  ConnectRequest connect;
  connect.timeout = 10s;
  CHECK(to_hex(encode_connect(connect)) ==
        "0000002d0000000000000000000000000000271000000000000000000000001000000000000000000000000000"
        "0000"
        "0000");
  connect.session.id = 0x0102030405060708;
  connect.session.password = std::string(16, 'p');
  connect.last_zxid = 0x99;
  CHECK(to_hex(encode_connect(connect)) ==
        "0000002d0000000000000000000000990000271001020304050607080000001070707070707070707070707070"
        "7070"
        "7000");
  CHECK(to_hex(encode_digest_auth("u:p")) ==
        "0000001dfffffffc00000064000000000000000664696765737400000003753a70");
  CHECK(to_hex(encode_ping()) == "00000008fffffffe0000000b");
  CHECK(to_hex(encode(make_exists("/a", true), 2)) == "0000000f0000000200000003000000022f6101");
  CHECK(to_hex(encode(make_get("/a", false), 3)) == "0000000f0000000300000004000000022f6100");
  CHECK(to_hex(encode(make_children("/", true), 4)) == "0000000e000000040000000c000000012f01");
  CHECK(to_hex(encode(make_set("/a", "x"), 5)) ==
        "000000170000000500000005000000022f610000000178ffffffff");
  CHECK(to_hex(encode(make_sync("/a"), 6)) == "0000000e0000000600000009000000022f61");
  CHECK(to_hex(encode(make_delete("/a", 7), 10)) == "000000120000000a00000002000000022f6100000007");
  CHECK(to_hex(encode(make_close(), 11)) == "000000080000000bfffffff5");
}

TEST_CASE("a znode is made for all, or for us and for who reads", "[session]") {
  CHECK(to_hex(encode(make_create("/a", "hello", Access::kOwnAndReadable, CreateMode::kPersistent),
                      1)) ==
        "000000460000000100000001000000022f610000000568656c6c6f000000020000001f00000004617574680000"
        "0000"
        "0000000100000005776f726c6400000006616e796f6e6500000000");
  CHECK(
      to_hex(encode(make_create("/a", "", Access::kOpen, CreateMode::kEphemeralSequential), 1)) ==
      "0000003100000001"
      "00000001000000022f6100000000000000010000001f00000005776f726c6400000006616e796f6e6500000003");
}

TEST_CASE("a multi holds its requests, each after a head, and an end", "[session]") {
  const std::vector requests = {make_create("/b", "x", Access::kOpen, CreateMode::kPersistent),
                                make_set("/a", "y"), make_delete("/b")};
  CHECK(to_hex(encode(make_multi(requests), 7)) ==
        "0000006f000000070000000e0000000100ffffffff000000022f620000000178000000010000001f0000000577"
        "6f72"
        "6c6400000006616e796f6e65000000000000000500ffffffff000000022f610000000179ffffffff0000000200"
        "ffff"
        "ffff000000022f62ffffffffffffffff01ffffffff");
}

TEST_CASE("real answers are read", "[session]") {
  const auto greeting = parse_connect(kGreeting);
  REQUIRE(greeting);
  CHECK(greeting->timeout == 4s);
  CHECK(greeting->session.id == 0x010003d9266c0000);
  CHECK(to_hex(greeting->session.password) == "76b13f0bcbc4ebbc44f855608c15faad");
  CHECK(parse_connect(kGreetingOf33));

  const auto reply = parse_reply(kReply);
  REQUIRE(reply);
  CHECK(reply->xid == 6);
  CHECK(reply->zxid == 3);
  CHECK(reply->error == -101);
  CHECK(reply->body == kCreated);

  const auto got = parse_get(kGot);
  REQUIRE(got);
  CHECK(got->data == "hello");
  CHECK(got->stat.created_zxid == 2);
  CHECK(got->stat.modified_zxid == 3);
  CHECK(got->stat.version == 1);
  CHECK(got->stat.data_length == 1);
  CHECK(parse_stat(kStat)->modified_zxid == 3);
  CHECK(parse_children(kChildren) == std::vector<std::string>{"a", "zookeeper"});
  CHECK(parse_create(kCreated) == "/a");
  CHECK(parse_multi(kMultiDone) == 0);
  CHECK(parse_multi(kMultiRefused) == -101);
}

TEST_CASE("a watch tells of a znode's data, of its children or of both", "[session]") {
  const auto event_of = [](int type) {
    return parse_watch_event(JuteWriter().add_int(type).add_int(3).add_text("/a").bytes());
  };
  for (const int type : {1, 3}) {  // created, changed
    CHECK(event_of(type)->path == "/a");
    CHECK(event_of(type)->is_of_data);
    CHECK_FALSE(event_of(type)->is_of_children);
  }
  CHECK(event_of(2)->is_of_data);  // deleted
  CHECK(event_of(2)->is_of_children);
  CHECK_FALSE(event_of(4)->is_of_data);
  CHECK(event_of(4)->is_of_children);
  for (const int type : {-1, 0, 5, 6, 1'000'000}) {  // the session; watches that are taken away
    CHECK_FALSE(event_of(type));
  }
}

TEST_CASE("no answer is taken that is cut anywhere", "[session]") {
  for (const auto& parser : parsers()) {
    REQUIRE(parser.takes(parser.good));
    for (std::size_t size = 0; size < parser.good.size(); ++size) {
      const std::string cut(parser.good, 0, size);  // of its own, so that ASan sees its end
      const bool is_of_33 = cut == kGreetingOf33;
      INFO(to_hex(cut));
      CHECK(parser.takes(cut) == is_of_33);
    }
  }
}

TEST_CASE("lengths and counts that can't be true are no answer", "[session]") {
  for (const auto* const number : {"7fffffff", "40000000", "00100000"}) {
    const auto huge = from_hex(number);
    CHECK_FALSE(parse_get(huge + kGot));
    CHECK_FALSE(parse_children(huge + kChildren));
    CHECK_FALSE(parse_create(huge + "/a"));
    CHECK_FALSE(parse_watch_event(from_hex("0000000100000003") + huge + "/a"));
  }
  const auto none = from_hex("80000000");
  CHECK(parse_get(none + kStat)->data.empty());
  CHECK(parse_children(none + kStat)->empty());
}

TEST_CASE("whatever the bytes, they are read to an end", "[session]") {
  constexpr int kBytes = 256;
  for (const auto& parser : parsers()) {
    for (std::size_t at = 0; at < parser.good.size(); ++at) {
      for (int byte = 0; byte < kBytes; ++byte) {
        auto bytes = parser.good;
        bytes[at] = static_cast<char>(byte);
        parser.takes(bytes);
      }
    }
    const std::string begin = "HTTP/1.1 400 Bad Operation\r\nContent-Length: 0\r\n\r\n";
    parser.takes(begin);
    for (const char each : {'\0', '\xff', '\x7f'}) {
      parser.takes(std::string(1'000'000, each));
    }
  }
  CHECK_FALSE(parse_multi(std::string(1'000'000, '\0')));
}

TEST_CASE("a greeting that can't be true is none", "[session]") {
  const auto greeting = [](int version, int timeout, std::int64_t session) {
    JuteWriter body;
    body.add_int(version).add_int(timeout).add_long(session).add_text(std::string(16, 'p'));
    return parse_connect(body.add_bool(false).bytes());
  };
  CHECK(greeting(0, 4000, 1));
  CHECK_FALSE(greeting(1, 4000, 1));
  CHECK_FALSE(greeting(0, -1, 1));
  CHECK_FALSE(greeting(0, 25 * 3600 * 1000, 1));
  CHECK_FALSE(greeting(0, 4000, 0));
  CHECK_FALSE(parse_connect(kGreeting + "x"));
  JuteWriter lengthy;
  lengthy.add_int(0).add_int(4000).add_long(1).add_text(std::string(65, 'p'));
  CHECK_FALSE(parse_connect(lengthy.bytes()));  // we would have to send that, each time
  CHECK(greeting(0, 0, 0)->timeout == 0s);      // the session has expired
}

TEST_CASE("a server's errors have words, also those that nobody knows", "[session]") {
  CHECK(code_of(0) == Code::kOk);
  CHECK(code_of(-101) == Code::kNoNode);
  CHECK(code_of(-102) == Code::kNoAuth);
  CHECK(code_of(-112) == Code::kSessionExpired);
  CHECK(code_of(-124) == Code::kAuthFailed);
  CHECK(code_of(-999) == Code::kError);
  CHECK(code_of(1) == Code::kError);
  CHECK(describe_error(-101) == "no node (-101)");
  CHECK(describe_error(-999) == "an error (-999)");
}
