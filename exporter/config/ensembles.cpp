#include "config/ensembles.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace zke {

std::string find_name_mistake(std::string_view name) {
  constexpr std::size_t kMaxName = 100;
  if (name.empty() || name.size() > kMaxName || printable(name, kMaxName) != name) {
    return "must be 1 to 100 bytes of printable text";
  }
  // Blanks of Unicode and what has no width, in UTF-8; ends that nobody sees make two names of one.
  constexpr auto kUnseen = std::to_array<std::string_view>(
      {" ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
       "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u200C", "\u200D", "\u2028",
       "\u2029", "\u202F", "\u205F", "\u2060", "\u3000", "\uFEFF", "\u00AD"});
  const bool has_blank_end = std::ranges::any_of(kUnseen, [&](std::string_view unseen) {
    return name.starts_with(unseen) || name.ends_with(unseen);
  });
  return has_blank_end ? "begins or ends with a blank; write a name such as orders" : "";
}

std::string EnsembleList::add(const std::string& name) {
  if (!names_.insert(name).second) {
    return "\"" + name + "\" is taken by an ensemble above; each needs a name of its own";
  }
  ensembles_.push_back({name, {}});
  return {};
}

std::string EnsembleList::add_member(const Address& address, bool is_observer) {
  constexpr std::size_t kMaxMembers = 10000;
  const auto name = to_string(address);
  const auto index = ensembles_.size();
  const Place here{name, index, is_observer};
  const auto [found, is_new] = places_.try_emplace(server_key(address), here);
  const auto& place = found->second;
  if (!is_new && place.ensemble == index && place.is_observer != is_observer) {
    return name + " is among the members and the observers; list it in one of them";
  }
  if (!is_new) {
    return name + " is listed twice" +
           (place.spelling == name ? "" : ", the other time as " + place.spelling) +
           "; a member belongs to one ensemble, once";
  }
  if (places_.size() > kMaxMembers) {
    return "are more than 10000 in all; give the rest to another exporter";
  }
  auto& ensemble = ensembles_.back();
  ensemble.members.push_back(address);
  if (is_observer) {
    ensemble.observers.push_back(address);
  }
  return {};
}

}  // namespace zke
