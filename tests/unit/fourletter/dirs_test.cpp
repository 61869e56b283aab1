#include "fourletter/dirs.hpp"

#include <catch2/catch.hpp>

#include "fourletter/conf.hpp"
#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

TEST_CASE("the sizes of each captured dirs are read", "[fourletter]") {
  int count = 0;
  for (const auto& capture : captures()) {
    if (!is_captured(capture, Command::kDirs) ||
        captured_reply(capture, Command::kDirs).kind != Reply::Kind::kAnswer) {
      continue;
    }
    CAPTURE(capture);
    const auto dirs = parse_dirs(captured(capture, Command::kDirs));
    CHECK(dirs.data_size > 0);
    CHECK(dirs.log_size > 0);
    CHECK(dirs.unparsed_lines == 0);
    ++count;
  }
  CHECK(count > 20);
}

TEST_CASE("sizes that can't be true are left out and counted", "[fourletter]") {
  CHECK(parse_dirs("datadir_size: 1\nlogdir_size: -5\n") == Dirs{1, std::nullopt, 1});
  CHECK(parse_dirs("datadir_size: 1e300\nlogdir_size: 7\n") == Dirs{std::nullopt, 7, 1});
  CHECK(parse_dirs("datadir_size: 1\nlogdir_size: 7\nmore\n") == Dirs{1, 7, 1});
}

TEST_CASE("dirs that is cut is called so", "[fourletter]") {
  for (const auto* text :
       {"data", "datadir_size: 67", "datadir_size: 67\n", "datadir_size: 67\nlogdir_size: 6"}) {
    CAPTURE(text);
    const auto reply = read_reply(Command::kDirs, text);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().reason() == Reason::kTruncated);
  }
}
