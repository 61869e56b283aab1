#include "fourletter/mntr.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "fourletter/limits.hpp"
#include "fourletter/mntr_missing.hpp"

namespace zke {

namespace {

constexpr std::string_view kPrefix = "zk_";
constexpr auto kMaxLines = static_cast<std::ptrdiff_t>(kMaxMntrLines);

struct Text {
  std::string_view key;
  std::string Mntr::*text;
};

constexpr auto kTexts = std::to_array<Text>({
    {"version", &Mntr::version},
    {"server_state", &Mntr::server_state},
    {"peer_state", &Mntr::peer_state},
    {"observer_master_id", &Mntr::observer_master_id},
});

struct Judged {
  std::string_view key;
  std::optional<std::int64_t> Mntr::*figure;
  std::int64_t max;
};

constexpr auto kJudged = std::to_array<Judged>({
    {"quorum_size", &Mntr::quorum_size, kMaxServers},
    {"synced_followers", &Mntr::synced_followers, kMaxServers},
    {"synced_non_voting_followers", &Mntr::synced_non_voting_followers, kMaxServers},
    {"uptime", &Mntr::uptime, kMaxUptime},
});

const Text* find_text(std::string_view key) {
  const auto* const found = std::ranges::find(kTexts, key, &Text::key);
  return found == kTexts.end() ? nullptr : found;
}

/// False when it is a figure to judge by that can't be true. With -1 ZooKeeper says "none".
bool read_judged(std::string_view key, std::string_view value, Mntr& mntr) {
  const auto* const judged = std::ranges::find(kJudged, key, &Judged::key);
  if (judged == kJudged.end()) {
    return true;
  }
  const auto figure = parse_count(value, judged->max);
  auto& kept = mntr.*judged->figure;
  kept = kept ? kept : figure;
  return figure || value == "-1";
}

/// One line of a reply.
void read_line(std::string_view line, MntrFields& fields) {
  const auto tab = line.rfind('\t');
  if (line.starts_with(kPrefix) && tab != std::string_view::npos && tab + 1 != line.size()) {
    fields.add(line.substr(kPrefix.size(), tab - kPrefix.size()), line.substr(tab + 1));
  } else if (!line.empty()) {
    fields.add_unparsed();
  }
}

}  // namespace

void MntrFields::add(std::string_view key, std::string_view value) {
  if (const auto* text = find_text(key)) {
    mntr_.*text->text = value;
    figures_.add(key, Holds::kText);
    return;
  }
  const auto number = read_judged(key, value, mntr_) ? parse_number(value) : std::nullopt;
  if (number) {
    figures_.add(key, *number);
  } else {
    figures_.add(key, Holds::kNothing);
  }
}

Mntr MntrFields::take(Shapes& shapes) {
  mntr_.figures = figures_.take(shapes);
  mntr_.figures.unparsed = unparsed_;
  return std::move(mntr_);
}

Mntr MntrReader::read(std::string_view reply) {
  MntrFields fields(shape_);
  auto rest = reply;
  for (std::size_t lines = 0; !rest.empty() && lines < kMaxMntrLines; ++lines) {
    read_line(take_line(rest), fields);
  }
  fields.add_unparsed(static_cast<int>(std::ranges::count(rest, '\n')));
  auto mntr = fields.take(*shapes_);
  const auto unparsed = mntr.figures.unparsed;
  const auto version = reply.substr(0, reply.find('\n'));
  if (mntr.figures.shape != shape_ || version != version_ || unparsed > 0) {
    missing_ = find_missing_in_mntr(reply);
    shape_ = mntr.figures.shape;
    version_ = unparsed == 0 ? version : std::string_view();  // lines that are no keys count there
  }
  mntr.missing = missing_;
  return mntr;
}

bool is_mntr(std::string_view reply) {
  constexpr std::string_view kStart = "zk_version\t";
  return reply.starts_with(kStart) || kStart.starts_with(reply);
}

bool is_whole_mntr(std::string_view reply) {
  constexpr std::string_view kState = "\nzk_server_state";
  if (!reply.ends_with('\n')) {
    return false;
  }
  for (auto at = reply.find(kState); at != std::string_view::npos;
       at = reply.find(kState, at + 1)) {
    const auto after = reply.substr(at + kState.size());
    if (after.starts_with('\t') || after.starts_with('\n') || after.starts_with("\r\n")) {
      return std::ranges::count(reply.substr(0, at), '\n') < kMaxLines;
    }
  }
  return false;
}

}  // namespace zke
