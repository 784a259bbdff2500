#include "locate.hpp"

#include <algorithm>

#include "failure.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

bool holds_models(const fs::path& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored))
        if (fs::exists(entry.path() / "config.json", ignored)) return true;
    return false;
}

size_t rank(const std::string& name) {
    static const std::string order[] = {"sinusoidal", "rope", "alibi", "t5", "xpos"};
    const std::string base = name.substr(0, name.find('-'));
    return static_cast<size_t>(std::find(std::begin(order), std::end(order), base) - std::begin(order));
}

}  // namespace

fs::path find_models(const std::string& given) {
    if (!given.empty()) {
        if (!holds_models(given)) throw failure("--models " + given + ": no folder in it holds a config.json");
        return given;
    }
    std::error_code ignored;
    fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (int level = 0; level < 5 && !folder.empty(); ++level, folder = folder.parent_path())
        for (const fs::path& candidate : {folder / "share/farspan/models", folder / "models"})
            if (holds_models(candidate)) return candidate;
    if (holds_models("models")) return "models";
    throw failure("no models found beside the program or in ./models; name their folder with --models");
}

std::vector<fs::path> choose_models(const fs::path& models, const std::vector<std::string>& names) {
    std::vector<fs::path> folders;
    for (const std::string& name : names) {
        const fs::path folder = name.find('/') == std::string::npos ? models / name : fs::path(name);
        if (!fs::exists(folder / "config.json")) throw failure("model " + folder.string() + ": it has no config.json");
        folders.push_back(folder);
    }
    if (!names.empty()) return folders;
    for (const fs::directory_entry& entry : fs::directory_iterator(models))
        if (fs::exists(entry.path() / "config.json") && fs::exists(entry.path() / "model.safetensors"))
            folders.push_back(entry.path());
    if (folders.empty()) throw failure(models.string() + ": no folder in it holds a model.safetensors");
    std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
        const std::string x = a.filename(), y = b.filename();
        return std::pair(rank(x), x) < std::pair(rank(y), y);
    });
    return folders;
}

fs::path find_model(const std::string& models, const std::string& name) {
    const bool is_path = name.find('/') != std::string::npos;
    return choose_models(is_path ? fs::path() : find_models(models), {name}).front();
}

}  // namespace tool
