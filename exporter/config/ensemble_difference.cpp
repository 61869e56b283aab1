#include "config/ensemble_difference.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "config/ensemble_settings.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;
using Index = std::optional<std::size_t>;

/// Ensembles as one side of the comparison sees them.
class Side {
 public:
  struct Place {
    std::size_t ensemble = 0;
    std::size_t position = 0;
    bool is_observer = false;
  };

  explicit Side(const std::vector<EnsembleSettings>& ensembles)
      : ensembles_(ensembles), partners_(ensembles.size()) {
    for (std::size_t i = 0; i < ensembles.size(); ++i) {
      names_.emplace(ensembles[i].name, i);
      std::size_t position = 0;
      for (const auto& member : ensembles[i].members) {
        places_.emplace(to_string(member), Place{i, position++});
      }
      for (const auto& observer : ensembles[i].observers) {
        places_[to_string(observer)].is_observer = true;
      }
    }
  }

  const EnsembleSettings& operator[](std::size_t i) const { return ensembles_[i]; }
  std::size_t size() const { return ensembles_.size(); }

  Index find(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? Index() : found->second;
  }

  const Place* find_member(const std::string& member) const {
    const auto found = places_.find(member);
    return found == places_.end() ? nullptr : &found->second;
  }

  /// The same ensemble on the other side.
  Index& partner(std::size_t i) { return partners_[i]; }

 private:
  const std::vector<EnsembleSettings>& ensembles_;
  std::vector<Index> partners_;
  std::unordered_map<std::string, std::size_t> names_;
  std::unordered_map<std::string, Place> places_;
};

class Comparison {
 public:
  Comparison(const std::vector<EnsembleSettings>& before, const std::vector<EnsembleSettings>& now)
      : before_(before), now_(now) {}

  Texts find_changes() {
    pair_names();
    pair_members();
    Positions order;
    for (std::size_t i = 0; i < now_.size(); ++i) {
      tell_ensemble(i);
      if (const auto last = now_.partner(i)) {
        order.push_back(*last);
      }
    }
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (!before_.partner(i)) {
        tell("ensemble " + before_[i].name + " removed");
      }
    }
    for (const auto& [way, members] : moved_) {
      tell(list_some(members) + " moved from " + before_[way.first].name + " to " +
           now_[way.second].name);
    }
    if (!std::ranges::is_sorted(order)) {
      tell("order of the ensembles changed");
    }
    return std::move(changes_);
  }

 private:
  using Positions = std::vector<std::size_t>;

  void tell(std::string change) { changes_.push_back(std::move(change)); }

  void tell(const std::string& ensemble, const Texts& members, const std::string& what) {
    if (!members.empty()) {
      tell("ensemble " + ensemble + ": " + list_some(members) + what);
    }
  }

  void join(std::size_t before, std::size_t now) {
    before_.partner(before) = now;
    now_.partner(now) = before;
  }

  void pair_names() {
    for (std::size_t i = 0; i < now_.size(); ++i) {
      if (const auto last = before_.find(now_[i].name)) {
        join(*last, i);
      }
    }
  }

  /// Of those that are left: one with the same members is the same under another name.
  void pair_members() {
    for (std::size_t i = 0; i < now_.size(); ++i) {
      const auto& members = now_[i].members;
      const auto* place = members.empty() ? nullptr : before_.find_member(to_string(members[0]));
      if (now_.partner(i) || place == nullptr || before_.partner(place->ensemble) ||
          before_[place->ensemble].members.size() != members.size()) {
        continue;
      }
      const bool has_all = std::ranges::all_of(members, [&](const Address& member) {
        const auto* other = before_.find_member(to_string(member));
        return other != nullptr && other->ensemble == place->ensemble;
      });
      if (has_all) {
        join(place->ensemble, i);
      }
    }
  }

  void tell_ensemble(std::size_t i) {
    const auto& ensemble = now_[i];
    const auto last = now_.partner(i);
    if (!last) {
      const auto count = ensemble.members.size();
      tell("ensemble " + ensemble.name + " added (" + std::to_string(count) + " member" +
           (count == 1 ? ")" : "s)"));
    } else if (before_[*last].name != ensemble.name) {
      tell("ensemble " + before_[*last].name + " renamed to " + ensemble.name +
           " (its series end, new ones begin)");
    }
    tell_members(i, last);
    if (last) {
      for (const auto& change : find_setting_changes(before_[*last], ensemble)) {
        tell("ensemble " + ensemble.name + ": " + change);
      }
    }
  }

  /// What came to ensemble `i`, left it, or changed in it.
  void tell_members(std::size_t i, Index last) {
    Texts added;
    Texts made_observers;
    Texts made_others;
    Positions order;
    for (const auto& member : now_[i].members) {
      const auto name = to_string(member);
      const bool is_observer = now_.find_member(name)->is_observer;
      const auto shown = name + (is_observer ? " (observer)" : "");
      const auto* place = before_.find_member(name);
      if (place == nullptr) {
        added.push_back(shown);
      } else if (place->ensemble != last) {
        moved_[{place->ensemble, i}].push_back(shown);
      } else {
        order.push_back(place->position);
        if (place->is_observer != is_observer) {
          (is_observer ? made_observers : made_others).push_back(name);
        }
      }
    }
    if (!last) {
      return;
    }
    tell(now_[i].name, added, " added");
    tell(now_[i].name, find_removed(*last), " removed");
    tell(now_[i].name, made_observers, " now among the observers");
    tell(now_[i].name, made_others, " no longer among the observers");
    if (!std::ranges::is_sorted(order)) {
      tell("ensemble " + now_[i].name + ": order of the members changed");
    }
  }

  Texts find_removed(std::size_t last) const {
    Texts removed;
    for (const auto& member : before_[last].members) {
      auto name = to_string(member);
      if (now_.find_member(name) == nullptr) {
        removed.push_back(std::move(name));
      }
    }
    return removed;
  }

  Side before_;
  Side now_;
  std::map<std::pair<std::size_t, std::size_t>, Texts> moved_;  ///< by the two ensembles
  Texts changes_;
};

}  // namespace

std::vector<std::string> find_ensemble_changes(const std::vector<EnsembleSettings>& before,
                                               const std::vector<EnsembleSettings>& now) {
  return Comparison(before, now).find_changes();
}

std::string list_some(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 5;
  std::string list;
  for (std::size_t i = 0; i < std::min(kShown, texts.size()); ++i) {
    list += (i == 0 ? "" : ", ") + texts[i];
  }
  return texts.size() > kShown ? list + " and " + std::to_string(texts.size() - kShown) + " more"
                               : list;
}

}  // namespace zke
