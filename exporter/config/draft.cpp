#include "config/draft.hpp"

#include <algorithm>

#include "config/table.hpp"

namespace zke {

void settle_timeout(Draft& draft) {
  if (!draft.has("poll.timeout")) {
    auto& poll = draft.settings.poll;
    poll.timeout = std::min(PollSettings().timeout, poll.interval);
  }
}

void check_together(const Draft& draft) {
  for (const auto& setting : settings_table()) {
    const auto place = draft.places.find(setting.key);
    if (setting.check == nullptr || place == draft.places.end()) {
      continue;
    }
    if (const auto mistake = setting.check(draft.settings); !mistake.empty()) {
      throw ConfigError(place->second + " " + mistake);
    }
  }
}

}  // namespace zke
