namespace EdgeOrleans.Silo.Telemetry;

/// <summary>What the measurements of an instrument are.</summary>
internal enum MetricKind
{
    /// <summary>Each adds to a sum that only grows.</summary>
    Counter,

    /// <summary>Each is such a sum.</summary>
    ObservedCounter,

    /// <summary>Each adds to a value that goes up and down.</summary>
    UpDown,

    /// <summary>Each is the value now.</summary>
    Gauge,

    /// <summary>The same, asked for at each scrape.</summary>
    ObservedGauge,

    /// <summary>Each is one of many that are sorted into buckets.</summary>
    Histogram,
}
