namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// Reads the table of members when Orleans does not: after a read that failed it waits longer and longer for its next try, and for as long
/// this member would doubt its reads although Redis is back.
/// </summary>
/// <param name="read">Reads the table, and tells <see cref="MembershipWatch"/>.</param>
/// <param name="watch">When it was read last.</param>
/// <param name="time">For waiting.</param>
internal sealed class TableReader(Func<CancellationToken, Task> read, MembershipWatch watch, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (watch.IsReadDue)
            {
                // Of a failure Orleans' own reads tell.
                await read(stoppingToken).WaitAsync(ReadLimit, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(LookInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
