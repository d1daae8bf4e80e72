using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>What a service says at <c>/metrics</c> that it has done since its start.</summary>
internal sealed class ServiceCounters
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string[] _lines;

    private ServiceCounters(string[] lines) => _lines = lines;

    /// <exception cref="LoadFault">It does not answer.</exception>
    public static async Task<ServiceCounters> Read(Uri address, CancellationToken ct)
    {
        using var client = new HttpClient { Timeout = Limit };
        try
        {
            return new ServiceCounters((await client.GetStringAsync(new Uri(address, "/metrics"), ct)).Split('\n'));
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new LoadFault($"{address}metrics cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The sum of all series that begin so; 0 when there is none yet.</summary>
    public double Sum(string beginning) => _lines
        .Where(line => line.StartsWith(beginning, StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
