#include "base/text.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

constexpr auto* kReplacement = "\xEF\xBF\xBD";

std::string printed(double value) {
  std::string text;
  append_double(text, value);
  return text;
}

}  // namespace

TEST_CASE("lines are taken with either line end, the last one without any", "[base]") {
  std::string_view text = "one\r\ntwo\n\r\nthree\rfour";

  CHECK(take_line(text) == "one");
  CHECK(take_line(text) == "two");
  CHECK(take_line(text).empty());
  CHECK(take_line(text) == "three\rfour");
  CHECK(text.empty());
}

TEST_CASE("text is taken up to the first stop, which is dropped", "[base]") {
  std::string_view text = "a=b=c";

  CHECK(take_until(text, '=') == "a");
  CHECK(text == "b=c");
  CHECK(take_until(text, ';') == "b=c");
  CHECK(text.empty());
  CHECK(take_until(text, ';').empty());
}

TEST_CASE("blanks and line ends are trimmed", "[base]") {
  CHECK(trim(" \t a b \r\n") == "a b");
  CHECK(trim(" \r\n").empty());
  CHECK(trim("").empty());
}

TEST_CASE("a split text keeps its empty parts", "[base]") {
  CHECK(split("a//b", '/') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", '/') == std::vector<std::string_view>{""});
  CHECK(split("/", '/') == std::vector<std::string_view>{"", ""});
}

TEST_CASE("whole numbers are read, and nothing else", "[base]") {
  CHECK(parse_int("-42") == -42);
  CHECK(parse_int("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  for (const auto* bad : {"", "-", "+1", " 1", "1 ", "1.0", "1x", "0x1", "9223372036854775808"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_int(bad));
  }
  CHECK(parse_hex("1000003d5") == 0x1000003d5U);
  CHECK(parse_hex("ffffffffffffffff") == std::numeric_limits<std::uint64_t>::max());
  for (const auto* bad : {"", "0x1", "g", "-1", " 1", "10000000000000000"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_hex(bad));
  }
}

TEST_CASE("numbers are read in every form that Java prints", "[base]") {
  CHECK(parse_double("2.7466") == 2.7466);
  CHECK(parse_double("2.68435456E8") == 268435456.0);
  CHECK(parse_double("1.0E-4") == 0.0001);
  CHECK(parse_double("-17") == -17.0);
  CHECK(parse_double("18446744073709551615") == 18446744073709551616.0);
  CHECK(std::isnan(parse_double("NaN").value()));
  CHECK(parse_double("Infinity") == std::numeric_limits<double>::infinity());
  CHECK(parse_double("-Infinity") == -std::numeric_limits<double>::infinity());
  CHECK(std::signbit(parse_double("-0.0").value()));
}

TEST_CASE("what is no whole number of Java's is no number", "[base]") {
  for (const auto* bad :
       {"",    "-",   ".",        "E5",  "1E",   "0x10", "1e5x",  " 1",  "1 ", "1x",
        "nan", "inf", "infinity", "INF", "null", "1,5",  "1.2.3", "--1", "+1", "1_000"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_double(bad));
  }
}

TEST_CASE("numbers are printed as short as they can be read back", "[base]") {
  CHECK(printed(0) == "0");
  CHECK(printed(-3) == "-3");
  CHECK(printed(0.1) == "0.1");
  CHECK(printed(0.027) == "0.027");
  CHECK(printed(1763800000) == "1763800000");
  CHECK(printed(9007199254740991) == "9007199254740991");
  CHECK(printed(1e21) == "1e+21");
  CHECK(printed(5e-324) == "5e-324");
  CHECK(printed(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(printed(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(printed(-std::numeric_limits<double>::infinity()) == "-Inf");
}

TEST_CASE("valid UTF-8 stays as it is", "[base]") {
  for (const std::string good :
       {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    CAPTURE(good);
    CHECK(valid_utf8(good) == good);
  }
  CHECK(valid_utf8(std::string_view("a\0b", 3)) == std::string_view("a\0b", 3));
}

TEST_CASE("every byte that is no part of valid UTF-8 is replaced", "[base]") {
  const std::string r = kReplacement;
  CHECK(valid_utf8("\xFF") == r);
  CHECK(valid_utf8("a\x80z") == "a" + r + "z");
  CHECK(valid_utf8("\xC0\x80") == r + r);          // overlong NUL
  CHECK(valid_utf8("\xC1\xBF") == r + r);          // overlong
  CHECK(valid_utf8("\xE0\x9F\xBF") == r + r + r);  // overlong
  CHECK(valid_utf8("\xF0\x8F\xBF\xBF") == r + r + r + r);
  CHECK(valid_utf8("\xED\xA0\x80") == r + r + r);          // a surrogate
  CHECK(valid_utf8("\xF4\x90\x80\x80") == r + r + r + r);  // above U+10FFFF
  CHECK(valid_utf8("\xE2\x80") == r + r);                  // cut
  CHECK(valid_utf8("\xC3") == r);
  CHECK(valid_utf8("\xE2\x80z") == r + r + "z");
  CHECK(valid_utf8("\xC3(") == r + "(");
}

TEST_CASE("text for a log is one line of bounded length", "[base]") {
  CHECK(printable("a\nb\tc\x1b[31m\x7f", 100) == "a b c [31m ");
  CHECK(printable("abcdef", 3) == "abc");
  CHECK(printable("\xFF\xFF\xFF", 3) == kReplacement);
  CHECK(printable("caf\xC3\xA9", 4) == "caf");
  CHECK(printable("\xFF", 10) == kReplacement);
  CHECK(printable("caf\xC3\xA9", 10) == "caf\xC3\xA9");
}

TEST_CASE("what steers a terminal or hides in a text becomes a space", "[base]") {
  for (const std::string& bad : {std::string(1, '\0'),
                                 std::string("\x1b"),
                                 std::string("\x7f"),
                                 std::string("\xC2\x80"),
                                 std::string("\xC2\x85"),
                                 std::string("\xC2\x9B"),
                                 std::string("\xC2\x9F"),
                                 std::string("\xC2\xAD"),
                                 std::string("\xD8\x9C"),  // U+061C
                                 std::string("\xE2\x80\x8B"),
                                 std::string("\xE2\x80\x8D"),  // U+200B, 200D
                                 std::string("\xE2\x80\x8E"),
                                 std::string("\xE2\x80\x8F"),  // U+200E, 200F
                                 std::string("\xE2\x80\xA8"),
                                 std::string("\xE2\x80\xA9"),  // U+2028, 2029
                                 std::string("\xE2\x80\xAA"),
                                 std::string("\xE2\x80\xAE"),  // U+202A, 202E
                                 std::string("\xE2\x81\xA0"),
                                 std::string("\xE2\x81\xA6"),  // U+2060, 2066
                                 std::string("\xE2\x81\xA9"),
                                 std::string("\xEF\xBB\xBF"),  // U+2069, FEFF
                                 std::string("\xEF\xB7\x90"),
                                 std::string("\xEF\xBF\xBF"),
                                 std::string("\xF4\x8F\xBF\xBE"),  // U+FDD0, FFFF, 10FFFE
                                 std::string("\xF3\xA0\x80\x81"),
                                 std::string("\xF3\xA0\x81\xBF")}) {  // tags
    CAPTURE(bad);
    CHECK(printable("a" + bad + "b") == "a b");
    CHECK(escape_html("<" + bad + ">") == "&lt; &gt;");
    CHECK(escape_unprintable(bad).starts_with("\\u"));
  }
}

TEST_CASE("letters, marks and signs of all scripts stay", "[base]") {
  for (const std::string good :
       {"\xC2\xA0", "\xC2\xA1", "\xD8\x9B", "\xE2\x80\x90", "\xE2\x80\xA7", "\xE2\x80\xAF",
        "\xE2\x82\xAC", "\xEF\xB7\xB0", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBD", "\xF0\x9F\x98\x80",
        "e\xCC\x81", "\xF0\x90\x80\x80"}) {
    CAPTURE(good);
    CHECK(printable(good) == good);
    CHECK(escape_unprintable(good) == good);
  }
}

TEST_CASE("unprintable characters are escaped as JSON writes them", "[base]") {
  CHECK(escape_unprintable("a\x1b\xC2\x9B\xE2\x80\xAE\xF3\xA0\x80\x81z\xFF") ==
        "a\\u001b\\u009b\\u202e\\udb40\\udc01z\xEF\xBF\xBD");
}

TEST_CASE("everything that HTML could take for markup is escaped", "[base]") {
  CHECK(escape_html("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}
