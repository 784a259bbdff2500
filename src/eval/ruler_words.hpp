// The words of the library's own texts: plain English ones, all different. Their order is part of what a seed means.
#pragma once

#include <string_view>

namespace farspan {

constexpr std::string_view adjectives[] = {
    "amber",  "ashen",   "azure",   "bitter", "blank",   "bold",   "brave",   "brief",  "bright",  "brisk",  "broad",
    "bronze", "calm",    "candid",  "cheap",  "chilly",  "civil",  "clean",   "clear",  "clever",  "cloudy", "coarse",
    "cobalt", "cold",    "common",  "copper", "coral",   "cosmic", "crimson", "crisp",  "curious", "daring", "dark",
    "deep",   "dense",   "distant", "dizzy",  "dry",     "dull",   "dusty",   "eager",  "early",   "empty",  "faint",
    "fancy",  "fertile", "fierce",  "final",  "flat",    "fluent", "foggy",   "formal", "frail",   "fresh",  "frosty",
    "frozen", "gentle",  "giant",   "glad",   "golden",  "grand",  "green",   "grim",   "happy",   "hardy",  "hasty",
    "hazy",   "heavy",   "hidden",  "hollow", "honest",  "humble", "jolly",   "keen",   "kind",    "large",  "lively",
    "local",  "lonely",  "loud",    "loyal",  "lucky",   "lunar",  "mellow",  "mighty", "mild",    "misty",  "modest",
    "narrow", "neat",    "noble",   "pale",   "patient", "plain",  "polite",  "proud",  "quick",   "quiet",  "rapid",
    "rare",   "rusty"};

constexpr std::string_view nouns[] = {
    "acorn",   "actor",   "airport", "anchor",  "anvil",   "apple",    "apron",   "arrow",   "attic",    "baker",
    "banjo",   "barge",   "barley",  "barn",    "basket",  "beacon",   "beaver",  "bell",    "berry",    "bishop",
    "blanket", "bottle",  "boulder", "branch",  "brick",   "bridge",   "broom",   "bucket",  "butter",   "button",
    "cabin",   "cactus",  "camel",   "candle",  "canoe",   "canyon",   "carpet",  "castle",  "cedar",    "cellar",
    "chapel",  "cherry",  "clock",   "cloud",   "clover",  "coach",    "cobra",   "comet",   "compass",  "cookie",
    "cottage", "cradle",  "crane",   "cricket", "crow",    "crown",    "curtain", "daisy",   "dancer",   "desert",
    "diver",   "dolphin", "donkey",  "dragon",  "drum",    "eagle",    "elbow",   "engine",  "falcon",   "farmer",
    "feather", "fence",   "ferry",   "fiddle",  "finch",   "flute",    "forest",  "fossil",  "fountain", "fox",
    "garden",  "garlic",  "gate",    "ginger",  "giraffe", "glacier",  "glove",   "goat",    "goose",    "granite",
    "grape",   "guitar",  "hammer",  "hammock", "harbour", "harp",     "hawk",    "hedge",   "helmet",   "heron",
    "hill",    "honey",   "horse",   "hotel",   "hunter",  "island",   "ivory",   "jacket",  "jaguar",   "jewel",
    "jungle",  "kettle",  "kitchen", "kite",    "ladder",  "lagoon",   "lamp",    "lantern", "lemon",    "letter",
    "library", "lion",    "lizard",  "lobster", "magnet",  "mango",    "maple",   "market",  "marsh",    "meadow",
    "medal",   "melon",   "mirror",  "monkey",  "moth",    "mountain", "muffin",  "museum",  "napkin",   "needle",
    "nephew",  "nickel",  "oasis",   "ocean",   "olive",   "onion",    "orange",  "orchard", "otter",    "oven",
    "owl",     "oyster",  "paddle",  "palace",  "panda",   "parcel",   "parrot",  "pebble",  "pelican",  "pencil",
    "pepper",  "piano",   "pigeon",  "pillow",  "pilot",   "pirate",   "planet",  "poet",    "pond",     "poplar",
    "potato",  "puppet"};

constexpr std::string_view verbs[] = {
    "admired",  "answered",  "avoided",   "believed", "blamed",    "called",   "carried",  "chased",     "copied",
    "crossed",  "described", "doubted",   "drew",     "escaped",   "examined", "feared",   "followed",   "forgot",
    "greeted",  "guarded",   "heard",     "helped",   "ignored",   "invited",  "joined",   "kept",       "lifted",
    "liked",    "mentioned", "met",       "missed",   "moved",     "noticed",  "observed", "offended",   "painted",
    "passed",   "praised",   "preferred", "promised", "pulled",    "pushed",   "reached",  "remembered", "repaired",
    "replaced", "rescued",   "saw",       "shadowed", "sheltered", "sold",     "sought",   "studied",    "surprised",
    "taught",   "thanked",   "trusted",   "visited",  "warned",    "watched",  "welcomed"};

}  // namespace farspan
