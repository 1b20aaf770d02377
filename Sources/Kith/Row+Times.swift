import KithValues

// Times and maps as values of rows and of parameters.

extension LocalTime: RowConvertible, ParameterConvertible {
    /// Reads a time of day with no zone.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .localTime(let time) = value else { return nil }
        self = time
    }

    /// A time of day with no zone.
    public var parameterValue: Value { .localTime(self) }
}

extension ZonedTime: RowConvertible, ParameterConvertible {
    /// Reads a time of day with an offset.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .time(let time) = value else { return nil }
        self = time
    }

    /// A time of day with an offset.
    public var parameterValue: Value { .time(self) }
}

extension LocalDateTime: RowConvertible, ParameterConvertible {
    /// Reads a date and a time with no zone.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .localDateTime(let time) = value else { return nil }
        self = time
    }

    /// A date and a time with no zone.
    public var parameterValue: Value { .localDateTime(self) }
}

extension ZonedDateTime: RowConvertible, ParameterConvertible {
    /// Reads an instant.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .dateTime(let time) = value else { return nil }
        self = time
    }

    /// An instant.
    public var parameterValue: Value { .dateTime(self) }
}

extension CalendarDuration: RowConvertible, ParameterConvertible {
    /// Reads a duration.
    public init?(_ value: Value, _ entities: EntityTable) {
        guard case .duration(let duration) = value else { return nil }
        self = duration
    }

    /// A duration.
    public var parameterValue: Value { .duration(self) }
}

extension ValueMap: RowConvertible, ParameterConvertible {
    /// Reads a map, or the properties of a node or a relationship.
    public init?(_ value: Value, _ entities: EntityTable) {
        switch value {
        case .map(let map): self = map
        case .node(let id):
            guard let node = entities.node(id) else { return nil }
            self = node.properties
        case .relationship(let id):
            guard let relationship = entities.relationship(id) else { return nil }
            self = relationship.properties
        default: return nil
        }
    }

    /// A map.
    public var parameterValue: Value { .map(self) }
}

extension Dictionary: RowConvertible where Key == String, Value: RowConvertible {
    /// Reads a map whose values are all of the dictionary's type, or the properties of a node or a
    /// relationship.
    public init?(_ value: KithValues.Value, _ entities: EntityTable) {
        guard let map = ValueMap(value, entities) else { return nil }
        var entries: [String: Value] = [:]
        for entry in map.entries {
            guard let read = Value(entry.value, entities) else { return nil }
            entries[entry.key] = read
        }
        self = entries
    }
}
