#include "config/difference.hpp"

#include <utility>

#include "config/ensemble_difference.hpp"
#include "config/table.hpp"

namespace zke {

std::vector<std::string> find_changes(const Settings& before, const Settings& now) {
  constexpr std::size_t kMaxChanges = 20;
  std::vector<std::string> changes;
  for (const auto& setting : settings_table()) {
    if (setting.show == nullptr) {
      continue;
    }
    const auto old_value = setting.show(before);
    const auto new_value = setting.show(now);
    if (old_value != new_value) {
      changes.push_back(std::string(setting.key) + " " + list_some(old_value) + " -> " +
                        list_some(new_value));
    }
  }
  for (auto& change : find_ensemble_changes(before.ensembles, now.ensembles)) {
    changes.push_back(std::move(change));
  }
  if (changes.size() > kMaxChanges) {
    const auto more = changes.size() - kMaxChanges;
    changes.resize(kMaxChanges);
    changes.push_back("and " + std::to_string(more) + " more change" + (more == 1 ? "" : "s"));
  }
  return changes;
}

}  // namespace zke
