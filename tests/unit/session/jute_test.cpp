#include "session/jute.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::string_literals;

TEST_CASE("a record holds numbers big endian, and texts after their length", "[session]") {
  JuteWriter record;
  record.add_bool(true).add_int(-2).add_long(0x0102030405060708).add_text("ab").add_record("xy");
  CHECK(record.bytes() == "\x01\xff\xff\xff\xfe\1\2\3\4\5\6\7\10\0\0\0\2abxy"s);
  CHECK(JuteWriter().add_text("").bytes() == "\0\0\0\0"s);
}

TEST_CASE("a frame is a record after its length", "[session]") {
  CHECK(JuteWriter().add_int(5).frame() == "\0\0\0\4\0\0\0\5"s);
  CHECK(JuteWriter().frame() == "\0\0\0\0"s);
}

TEST_CASE("what was written is read", "[session]") {
  JuteWriter record;
  record.add_bool(false).add_bool(true).add_int(-2).add_long(-3).add_text("a\0b"s).add_text("");
  record.add_int(2).add_text("one").add_text("two");
  JuteReader reader(record.bytes());
  CHECK_FALSE(reader.read_bool());
  CHECK(reader.read_bool());
  CHECK(reader.read_int() == -2);
  CHECK(reader.read_long() == -3);
  CHECK(reader.read_text() == "a\0b"s);
  CHECK(reader.read_text().empty());
  CHECK(reader.read_texts() == std::vector<std::string>{"one", "two"});
  CHECK(reader.is_good());
  CHECK(reader.is_at_end());
}

TEST_CASE("no text and no list are empty ones", "[session]") {
  const auto none = "\xff\xff\xff\xff"s;
  JuteReader text(none);
  CHECK(text.read_text().empty());
  CHECK(text.is_good());
  JuteReader list(none);
  CHECK(list.read_texts().empty());
  CHECK(list.is_good());
}

TEST_CASE("what is missing is nothing, and so is all that follows", "[session]") {
  const auto cut = "\0\0\0"s;
  JuteReader reader(cut);
  CHECK(reader.read_int() == 0);
  CHECK_FALSE(reader.is_good());
  CHECK_FALSE(reader.read_bool());  // though there are bytes
  CHECK(reader.read_long() == 0);
  CHECK(reader.read_text().empty());
  CHECK(reader.read_texts().empty());
}

TEST_CASE("a length that is longer than the record costs nothing", "[session]") {
  const auto long_text = "\x7f\xff\xff\xff____"s;
  JuteReader text(long_text);
  CHECK(text.read_text().empty());
  CHECK_FALSE(text.is_good());
  const auto long_list = "\x7f\xff\xff\xff\0\0\0\1a\0\0\0\1b"s;
  JuteReader list(long_list);
  CHECK(list.read_texts().size() <= 3);
  CHECK_FALSE(list.is_good());
}
