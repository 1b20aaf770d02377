/// Functions of other languages, and how the same is said here.
enum ForeignFunctions {
    private static let hints: [String: String] = [
        "ifnull": "The first value that is there is `coalesce(a, b)`.",
        "nvl": "The first value that is there is `coalesce(a, b)`.",
        "isnull": "A value that is missing is found with IS NULL.",
        "len": "The length of a text or list is `size(x)`.",
        "char_count": "The length of a text is `size(x)`.",
        "ucase": "Capitals are `toUpper(text)`.",
        "lcase": "Small letters are `toLower(text)`.",
        "mean": "The mean is `avg(x)`.",
        "concat": "Texts and lists are joined with `+`.",
        "group_concat": "Values are gathered in a list with `collect(x)`.",
        "array_agg": "Values are gathered in a list with `collect(x)`.",
        "now": "The time now is `datetime()`, the day `date()`.",
        "getdate": "The time now is `datetime()`, the day `date()`.",
        "cast":
            "Values are converted with `toInteger(x)`, `toFloat(x)`, `toString(x)` and their kin.",
    ]

    /// What to write instead of a function; nil where its name means nothing special.
    static func hint(for name: String) -> String? { hints[name.lowercased()] }
}
