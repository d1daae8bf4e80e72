using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>What a service says at <c>/metrics</c> that it has done since its start.</summary>
/// <param name="Saves">Saves of a collection to SQLite.</param>
/// <param name="SavedBytes">Rows handed to it.</param>
/// <param name="FlashBytes">Bytes written to the data directory, the journal's among them.</param>
/// <param name="Collections">Garbage collections.</param>
internal sealed record ServiceCounters(double Saves, double SavedBytes, double FlashBytes, double Collections)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <exception cref="LoadFault">It does not answer.</exception>
    public static async Task<ServiceCounters> Read(Uri address, CancellationToken ct)
    {
        using var client = new HttpClient { Timeout = Limit };
        try
        {
            var lines = (await client.GetStringAsync(new Uri(address, "/metrics"), ct)).Split('\n');
            return new ServiceCounters(
                Sum(lines, "edgeorleans_save_collections_total{target=\"sqlite\",outcome=\"saved\"}"),
                Sum(lines, "edgeorleans_storage_written_bytes_total{"),
                Sum(lines, "edgeorleans_flash_written_bytes_total "),
                Sum(lines, "dotnet_gc_collections_total{"));
        }
        catch (HttpRequestException fault)
        {
            throw new LoadFault($"{address}metrics cannot be read: {fault.Message}", fault);
        }
    }

    private static double Sum(string[] lines, string beginning) => lines
        .Where(line => line.StartsWith(beginning, StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
