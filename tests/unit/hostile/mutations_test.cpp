#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "support/captures.hpp"
#include "support/hostile.hpp"

using namespace zke;
using namespace zke::test;

// Real replies, damaged in ways that look random and are the same in every run.

namespace {

constexpr int kRounds = 150;

Command roll_command(Dice& dice) { return kCommands.at(dice.roll(kCommands.size())); }

std::string cut(std::string text, Dice& dice) { return text.substr(0, dice.roll(text.size() + 1)); }

std::string splice(const std::string& text, const std::string& other, Dice& dice) {
  return text.substr(0, dice.roll(text.size() + 1)) + other.substr(dice.roll(other.size() + 1));
}

/// The line that the dice choose: where it begins, and its length with the line end.
std::pair<std::size_t, std::size_t> line_of(const std::string& text, Dice& dice) {
  const auto at = text.rfind('\n', dice.roll(text.size() + 1));
  const auto begin = at == std::string::npos ? 0 : at + 1;
  const auto end = text.find('\n', begin);
  return {begin, (end == std::string::npos ? text.size() : end + 1) - begin};
}

std::string change_number(std::string text, Dice& dice) {
  constexpr std::string_view kDigits = "0123456789.";
  const auto begin = text.find_first_of(kDigits, dice.roll(text.size() + 1));
  if (begin == std::string::npos) {
    return text;
  }
  const auto end = std::min(text.find_first_not_of(kDigits, begin), text.size());
  static const auto numbers = hostile_numbers();
  return text.replace(begin, end - begin, numbers[dice.roll(numbers.size() - 1)]);
}

std::string repeat_line(std::string text, Dice& dice) {
  const auto [begin, size] = line_of(text, dice);
  const auto line = text.substr(begin, size);
  for (std::size_t i = dice.roll(200); i > 0; --i) {
    text.insert(begin, line);
  }
  return text;
}

std::string lengthen_line(std::string text, Dice& dice) {
  return text.insert(dice.roll(text.size() + 1),
                     std::string(dice.roll(3000), "aZ0_\"\xFF"[dice.roll(6)]));
}

std::string change_byte(std::string text, Dice& dice) {
  for (std::size_t i = dice.roll(20); i > 0 && !text.empty(); --i) {
    text[dice.roll(text.size())] = static_cast<char>(dice.roll(256));
  }
  return text;
}

std::string damage(const std::string& text, const std::string& other, Dice& dice) {
  switch (dice.roll(8)) {
    case 0:
      return cut(text, dice);
    case 1:
      return splice(text, other, dice);
    case 2:
      return repeat_line(text, dice);
    case 3:
      return lengthen_line(text, dice);
    case 4:
      return change_byte(text, dice);
    default:
      return change_number(text, dice);
  }
}

}  // namespace

TEST_CASE("no damaged reply harms a judgement or a page", "[hostile]") {
  const auto all = captures();
  Dice dice;
  for (int round = 0; round < kRounds; ++round) {
    CAPTURE(round);
    auto words = captured_words(all[dice.roll(all.size())]);
    const auto others = captured_words(all[dice.roll(all.size())]);
    for (std::size_t damages = 1 + dice.roll(4); damages > 0; --damages) {
      const auto word = roll_command(dice);
      const auto source = dice.roll(4) == 0 ? roll_command(dice) : word;
      words[word] = damage(words[word], others[source], dice);
    }
    digest(words);
  }
}

TEST_CASE("lines of mntr that come together by chance give no series twice", "[hostile]") {
  const auto pieces = std::to_array<const char*>({"readlatency",
                                                  "jvm_threads_state",
                                                  "write_per_namespace",
                                                  "new",
                                                  "a-b",
                                                  "a+b",
                                                  "cnt_",
                                                  "sum_",
                                                  "_count",
                                                  "_sum",
                                                  "{",
                                                  "}",
                                                  "\"",
                                                  ",",
                                                  "=",
                                                  "quantile=\"0.5\"",
                                                  "quantile=\"0.50\"",
                                                  "quantile=\"5e-1\"",
                                                  "key=\"a\"",
                                                  "a=\"1\"",
                                                  "b=\"2\"",
                                                  "b=\"\"",
                                                  "area=\"heap\"",
                                                  "gc=\"x\"",
                                                  "member=\"m\"",
                                                  "__name__=\"up\"",
                                                  "\xC2\x9B",
                                                  "\xFF",
                                                  "_",
                                                  " "});
  Dice dice;
  const auto base = captured_words("3.9.3/standalone-prometheus-provider");
  for (int round = 0; round < 25; ++round) {
    auto words = base;
    for (int line = 0; line < 100; ++line) {
      words[Command::kMntr] += "zk_";
      for (std::size_t i = 1 + dice.roll(6); i > 0; --i) {
        words[Command::kMntr] += pieces.at(dice.roll(pieces.size()));
      }
      words[Command::kMntr] += "\t" + std::to_string(dice.roll(5)) + "\n";
    }
    CAPTURE(round);
    digest(words);
  }
}
