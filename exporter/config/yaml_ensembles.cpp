#include "config/yaml_ensembles.hpp"

#include <algorithm>
#include <string>

#include <yaml-cpp/yaml.h>

#include "config/ensemble_settings.hpp"
#include "config/ensembles.hpp"
#include "net/address.hpp"

namespace zke {

namespace {

/// As YAML wants it.
std::string quoted(const Address& address) {
  const auto text = to_string(address);
  return text.starts_with('[') ? "\"" + text + "\"" : text;
}

/// What a list of addresses must be, with the user's own text where it is one.
std::string list_mistake(const YAML::Node& node) {
  const std::string start = "must be a list of HOST:PORT, such as ";
  const auto addresses =
      node.IsScalar() ? parse_addresses(node.Scalar()) : Error(Reason::kMalformed, {});
  std::string list;
  for (std::size_t i = 0; addresses && i < std::min<std::size_t>(addresses->size(), 5); ++i) {
    list += (list.empty() ? "" : ", ") + quoted((*addresses)[i]);
  }
  return start + "[" + (list.empty() ? "zk-0.zk:2181" : list) + "]";
}

/// `- zk-0: 2181` and `- [::1]:2181` are no texts for YAML.
std::string entry_mistake(const YAML::Node& entry) {
  if (entry.IsMap() && entry.size() == 1 && entry.begin()->first.IsScalar() &&
      entry.begin()->second.IsScalar()) {
    const auto text = entry.begin()->first.Scalar() + ":" + entry.begin()->second.Scalar();
    if (const auto address = parse_address(text)) {
      return "must hold HOST:PORT; write " + quoted(*address) + " without a blank in it";
    }
  }
  if (entry.IsSequence() && entry.size() > 0 && entry[0].IsScalar() &&
      read_address(entry[0].Scalar())) {
    return "must hold HOST:PORT; write each for itself, not a list in the list";
  }
  return "must hold HOST:PORT; put an IPv6 address in quotes: \"[::1]:2181\"";
}

void read_members(const FileValue& list, bool is_observer, EnsembleList& ensembles) {
  if (!list.node().IsSequence()) {
    list.fail(list_mistake(list.node()));
  }
  if (list.node().size() == 0) {
    list.fail(is_observer ? "is empty; remove the key"
                          : "is empty; list the servers, such as [zk-0.zk:2181]");
  }
  for (const auto& entry : list.entries()) {
    if (entry.node().IsSequence() || entry.node().IsMap()) {
      entry.fail(entry_mistake(entry.node()));
    }
    const auto address = parse_address(entry.text());
    if (!address) {
      entry.fail(address.error().detail());
    }
    if (const auto mistake = ensembles.add_member(*address, is_observer); !mistake.empty()) {
      entry.fail(mistake);
    }
  }
}

std::string read_name(Section& section) {
  const auto value = section.find("name");
  if (!value) {
    return std::string(kDefaultEnsemble);
  }
  auto name = value->text();
  if (const auto mistake = find_name_mistake(name); !mistake.empty()) {
    value->fail(mistake);
  }
  return name;
}

void read_ensemble(const FileValue& map, EnsembleList& ensembles, EnsemblePlaces& places) {
  if (!map.node().IsMap()) {
    map.fail("must be a map, such as {name: orders, members: [zk-0.zk:2181]}");
  }
  Section section(map);
  if (const auto mistake = ensembles.add(read_name(section)); !mistake.empty()) {
    section.fail("name", mistake);
  }
  const auto members = section.find("members");
  if (members) {
    read_members(*members, false, ensembles);
  }
  if (const auto observers = section.find("observers")) {
    read_members(*observers, true, ensembles);
  }
  read_ensemble_settings(section, ensembles.last(), places);
  section.finish();
  if (!members) {
    section.fail("members", "is missing; list the servers, such as [zk-0.zk:2181]");
  }
}

}  // namespace

std::vector<EnsembleSettings> read_ensembles(const FileValue& list, EnsemblePlaces& places) {
  const std::string example = "[{name: orders, members: [zk-0.zk:2181]}]";
  if (!list.node().IsSequence()) {
    list.fail("must be a list of maps, such as " + example);
  }
  if (list.node().size() == 0) {
    list.fail("is empty; list one, such as " + example + ", or remove the key");
  }
  EnsembleList ensembles;
  std::size_t index = 0;
  for (const auto& entry : list.entries()) {
    read_ensemble(entry.at(entry.node(), "ensembles[" + std::to_string(index++) + "]"), ensembles,
                  places);
  }
  return ensembles.ensembles();
}

}  // namespace zke
