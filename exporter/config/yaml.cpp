#include "config/yaml.hpp"

#include <algorithm>
#include <string_view>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "config/section.hpp"
#include "config/table.hpp"
#include "config/yaml_ensembles.hpp"

namespace zke {

namespace {

/// Of the table, those whose key is `name.SOMETHING`.
void read_section(Section& file, const std::string& name, Draft& draft) {
  auto section = file.find_section(name);
  if (!section) {
    return;
  }
  for (const auto& setting : settings_table()) {
    auto key = setting.key;
    if (setting.read == nullptr || take_until(key, '.') != name) {
      continue;
    }
    if (const auto value = section->find(key)) {
      const auto texts = setting.is_list ? value->texts() : std::vector<std::string>{value->text()};
      if (const auto mistake = setting.read(texts, draft.settings); !mistake.empty()) {
        value->fail(mistake);
      }
      draft.places.insert_or_assign(std::string(setting.key), value->place());
    }
  }
  section->finish();
}

Draft read_file(const FileValue& whole) {
  Section file(whole);
  Draft draft;
  read_section(file, "poll", draft);
  if (draft.has("poll.interval") && draft.has("poll.timeout")) {
    check_together(draft);  // with one of them alone, the flags may still make it right
  }
  if (const auto list = file.find("ensembles")) {
    draft.settings.ensembles = read_ensembles(*list, draft.ensemble_places);
    draft.places.insert_or_assign("ensembles", list->place());
  }
  read_section(file, "http", draft);
  read_section(file, "log", draft);
  file.finish();
  return draft;
}

/// What is wrong with a text that is no YAML.
std::string explain(const YAML::Exception& e, std::string_view text) {
  constexpr std::size_t kMaxShown = 100;
  if (dynamic_cast<const YAML::DeepRecursion*>(&e) != nullptr) {
    return "nests too deep; lists and maps nest four deep at most here";
  }
  for (int line = 0; line < e.mark.line; ++line) {
    take_line(text);
  }
  const auto line = take_line(text);
  const auto indentation = line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
  if (indentation.find('\t') != std::string_view::npos) {
    return "is indented with a tab; YAML takes blanks only";
  }
  return "not valid YAML: " + printable(e.msg, kMaxShown);
}

}  // namespace

Draft read_config_text(const std::string& name, const std::string& text) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty() || (documents.size() == 1 && documents[0].IsNull())) {
      return {};
    }
    const FileValue whole(name, documents[0], "");
    if (documents.size() > 1) {
      whole.at(documents[1], "").fail("a second YAML document begins; put all into one");
    }
    return read_file(whole);
  } catch (const YAML::Exception& e) {
    throw ConfigError(name + ":" + std::to_string(e.mark.line + 1) + ": " + explain(e, text));
  }
}

}  // namespace zke
