extension Value {
    /// The total order of ORDER BY: negative, zero or positive as `left` sorts before, with or
    /// after `right`.
    ///
    /// Kinds in ascending order: map, node, relationship, list, path, date and time kinds,
    /// duration, money, string, boolean, number, NaN, null. Zero exactly when the values are equivalent.
    public static func orderCompare(_ left: Value, _ right: Value) -> Int {
        fatalError("filled in by the next commit")
    }
}
