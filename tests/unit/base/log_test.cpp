#include "base/log.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using log::Format;
using log::Level;

namespace {

constexpr auto* kTime = "2025-11-22T08:26:40.000Z";
constexpr std::size_t kPipeBuffer = 4096;

std::string logfmt(std::string_view message, log::Fields fields) {
  return log::format_line(Format::kLogfmt, kTime, Level::kInfo, message, fields);
}

std::string json(std::string_view message, log::Fields fields) {
  return log::format_line(Format::kJson, kTime, Level::kError, message, fields);
}

}  // namespace

TEST_CASE("logfmt quotes what is not plain", "[base]") {
  CHECK(logfmt("member is up", {{"member", "zk-0:2181"}, {"state", ""}}) ==
        R"(ts=2025-11-22T08:26:40.000Z level=info msg="member is up" member=zk-0:2181 state="")");
  CHECK(logfmt("ok", {{"a", "x=y"}, {"b", "say \"hi\""}, {"c", "back\\slash"}}) ==
        R"(ts=2025-11-22T08:26:40.000Z level=info msg=ok a="x=y" b="say \"hi\"" c="back\\slash")");
}

TEST_CASE("JSON lines escape quotes, backslashes and control characters", "[base]") {
  CHECK(json("a\"b", {{"detail", "c:\\d\te\x1b"}}) ==
        R"({"ts":"2025-11-22T08:26:40.000Z","level":"error","msg":"a\"b",)"
        R"("detail":"c:\\d\u0009e\u001b"})");
}

TEST_CASE("a line end in a value does not begin a new log line", "[base]") {
  const std::string attack = "x\nts=2025 level=error msg=forged\r\n";

  for (const auto& line : {logfmt(attack, {{"k", attack}}), json(attack, {{"k", attack}})}) {
    CAPTURE(line);
    CHECK(line.find_first_of("\r\n") == std::string::npos);
  }
}

TEST_CASE("nothing in a log line steers a terminal or hides", "[base]") {
  const std::string attack =
      "a\x7f\xC2\x9B"
      "31m\xE2\x80\xAE\xE2\x80\xA8\xEF\xBB\xBF\xF3\xA0\x80\x81z";
  const std::string shown = R"("a\u007f\u009b31m\u202e\u2028\ufeff\udb40\udc01z")";

  CHECK(logfmt(attack, {{"k", attack}}).ends_with("msg=" + shown + " k=" + shown));
  CHECK(json(attack, {{attack, attack}})
            .ends_with("\"msg\":" + shown + "," + shown + ":" + shown + "}"));
  CHECK(logfmt("m", {{"k\nlevel=error", "v"}}).ends_with("msg=m bad_key=v"));
}

TEST_CASE("invalid UTF-8 is replaced in log lines", "[base]") {
  CHECK(json("m", {{"k", "\xFF"}}).find("\"k\":\"\xEF\xBF\xBD\"") != std::string::npos);
  CHECK(logfmt("m", {{"k", "\xFF"}}).find("k=\"\xEF\xBF\xBD\"") != std::string::npos);
}

TEST_CASE("no line is longer than a pipe takes at once", "[base]") {
  const std::string worst(3000, '\x01');

  for (const auto& line : {json(worst, {{"a", worst}, {"b", worst}, {"c", worst}}),
                           logfmt("m", {{"a", worst}, {"b", worst}}),
                           json("m", {{"a", std::string(511, 'x')}, {"b", worst}}),
                           json("m", {{"a", std::string(1000, 'x')},
                                      {"b", std::string(1000, 'x')},
                                      {"c", std::string(400, 'x')},
                                      {"d", worst}})}) {
    CHECK(line.size() < kPipeBuffer);
  }
}

TEST_CASE("a long value is cut, the line stays whole", "[base]") {
  const auto line = json("m", {{"detail", std::string(3000, 'x')}, {"after", "y"}});

  CHECK(line.ends_with(R"(,"after":"y"})"));
}

TEST_CASE("levels and formats are read by their names", "[base]") {
  CHECK(log::parse_level("debug") == Level::kDebug);
  CHECK(log::parse_level("info") == Level::kInfo);
  CHECK(log::parse_level("warn") == Level::kWarn);
  CHECK(log::parse_level("error") == Level::kError);
  CHECK_FALSE(log::parse_level("INFO"));
  CHECK_FALSE(log::parse_level(""));
  CHECK(log::parse_format("logfmt") == Format::kLogfmt);
  CHECK(log::parse_format("json") == Format::kJson);
  CHECK_FALSE(log::parse_format("xml"));
}
