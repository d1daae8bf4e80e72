using System.Diagnostics.Metrics;

namespace EdgeOrleans.Grains;

/// <summary>The meter of what is asked for, and its usual instruments.</summary>
internal static class GaugeMeter
{
    public const string Name = "EdgeOrleans.Service";

    public static void Gauge(this Meter meter, string name, string unit, string description, Func<long> value) =>
        meter.CreateObservableGauge(name, value, unit, description);

    public static void Counter(this Meter meter, string name, string unit, string description, Func<long> value) =>
        meter.CreateObservableCounter(name, value, unit, description);
}
