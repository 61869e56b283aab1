#include "metrics/labels.hpp"

#include <array>

#include <catch2/catch.hpp>

#include "base/text.hpp"

using namespace zke;

namespace {

constexpr auto kSet = std::to_array<std::string_view>({"key", "quantile"});

LabelViews set_labels(std::string_view text) {
  return split_labels(text, kSet).value_or(LabelViews());
}

LabelViews any_labels(std::string_view text) { return split_labels(text).value_or(LabelViews()); }

std::string many_labels(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += (i == 0 ? "l" : ",l") + std::to_string(i) + "=\"x\"";
  }
  return text;
}

}  // namespace

TEST_CASE("labels are split although their values are not escaped", "[metrics]") {
  CHECK(set_labels("key=\"a\",quantile=\"0.5\"") == LabelViews{{"key", "a"}, {"quantile", "0.5"}});
  CHECK(set_labels("key=\"q\"uo\\te{}=,\",quantile=\"0.5\"") ==
        LabelViews{{"key", "q\"uo\\te{}=,"}, {"quantile", "0.5"}});
  CHECK(set_labels("key=\"a\",other=\"b\"") == LabelViews{{"key", "a\",other=\"b"}});
  CHECK(set_labels(R"(key="a",quantile="x",quantile="0.5")") ==
        LabelViews{{"key", R"(a",quantile="x)"}, {"quantile", "0.5"}});
  CHECK(set_labels(R"(key="a",key="b")") == LabelViews{{"key", R"(a",key="b)"}});
  CHECK(set_labels("key=\"\"") == LabelViews{{"key", ""}});
}

TEST_CASE("labels of any name are split where no user chooses the values", "[metrics]") {
  const LabelViews both{{"quantile", "0.5"}, {"zone", "a b"}};
  CHECK(any_labels(R"(quantile="0.5",zone="a b")") == both);
  CHECK(any_labels(R"(quantile="0.5", zone="a b")") == both);
  CHECK(any_labels(R"(quantile="0.5",zone="a b",)") == both);
  CHECK(any_labels(R"(a="x,y=z")") == LabelViews{{"a", "x,y=z"}});
  CHECK(any_labels(many_labels(10)).size() == 10);
}

TEST_CASE("what are no labels is not split", "[metrics]") {
  for (const auto* bad : {"", "key", "key=a", "=\"a\"", ",", "{key=\"a\"", "a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(split_labels(bad));
    CHECK_FALSE(split_labels(bad, kSet));
  }
  CHECK_FALSE(split_labels("other=\"a\"", kSet));
  CHECK_FALSE(split_labels(many_labels(11)));
  CHECK_FALSE(split_labels(std::string(1000, 'n') + "=\"a\""));
}

TEST_CASE("labels get valid names, in one order, each once and none empty", "[metrics]") {
  const auto clean =
      clean_labels({{"z", "1"}, {"b-c", "2"}, {"b_c", "3"}, {"9a", "4"}, {"none", ""}, {"a", "5"}});

  CHECK(clean == Labels{{"_9a", "4"}, {"a", "5"}, {"b_c", "2"}, {"z", "1"}});
}

TEST_CASE("a server's labels cannot be taken for ours or for those of Prometheus", "[metrics]") {
  const auto clean =
      clean_labels({{"member", "m"}, {"ensemble", "e"}, {"__name__", "up"}, {"-_a", "x"}});

  CHECK(clean == Labels{{"exported___a", "x"},
                        {"exported___name__", "up"},
                        {"exported_ensemble", "e"},
                        {"exported_member", "m"}});
}

TEST_CASE("a label value that is printable and short stays as it is", "[metrics]") {
  for (const std::string text : {"a", "sp ace", "caf\xC3\xA9", "q\"uo\\te{}=,"}) {
    CHECK(label_value(text) == text);
  }
  CHECK(label_value(std::string(128, 'x')) == std::string(128, 'x'));
}

TEST_CASE("a label value that must be changed stays one of a kind", "[metrics]") {
  for (const std::string text : {"a\x1B[31m", "a\x7F", "a\n", "a\xFF", "a\xC3", "a\xED\xA0\x80"}) {
    CAPTURE(text);
    const auto value = label_value(text);
    CHECK(value != text);
    CHECK(value == printable(value, 128));
    CHECK(value.find("...#") != std::string::npos);
    CHECK(value != label_value("a "));
  }
  CHECK(label_value("a\x01") != label_value("a\x02"));
  CHECK(label_value(std::string(300, 'x') + "1") != label_value(std::string(300, 'x') + "2"));
  CHECK(label_value(std::string(1U << 20U, 'x')).size() <= 128);
  CHECK(label_value(std::string(1U << 20U, '\xFF')).size() <= 128);
}

TEST_CASE("a metric's name is valid and short, and stays one of a kind", "[metrics]") {
  CHECK(metric_name("znode_count") == "zookeeper_znode_count");
  CHECK(metric_name("9-lives") == "zookeeper_9_lives");
  CHECK(metric_name("").find_first_not_of("zookepr_") == std::string::npos);
  const std::string start(1U << 20U, 'k');
  CHECK(metric_name(start).size() <= 200);
  CHECK(metric_name(start + "1") != metric_name(start + "2"));
}
