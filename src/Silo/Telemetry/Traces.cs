namespace EdgeOrleans.Silo.Telemetry;

/// <summary>
/// Traces by OTLP, in editions that are compiled with <c>OtlpTraces.cs</c>: the exporter would make the native binary 1.9 MB larger.
/// What is traced is there in every edition, and costs nothing while nobody listens.
/// </summary>
internal static partial class Traces
{
    /// <summary>Whether this edition can export traces.</summary>
    public static bool AreIncluded
    {
        get
        {
            var included = false;
            Include(ref included);
            return included;
        }
    }

    /// <summary>Sends each request, its grain call and its wait for the flush to a collector.</summary>
    /// <param name="silo">Whose calls are traced.</param>
    /// <param name="endpoint">The collector; <see langword="null"/> for no traces.</param>
    public static void AddTraces(this ISiloBuilder silo, Uri? endpoint)
    {
        if (endpoint is not null)
        {
            Export(silo, endpoint);
        }
    }

    static partial void Include(ref bool included);

    static partial void Export(ISiloBuilder silo, Uri endpoint);
}
