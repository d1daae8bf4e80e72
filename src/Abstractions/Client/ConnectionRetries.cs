namespace EdgeOrleans;

/// <summary>Tries again to connect for a while. Orleans' own filter goes on for three minutes, and gives up at once on errors of a clustering provider.</summary>
internal sealed class ConnectionRetries(KeyValueClientOptions options, TimeProvider clock) : IClientConnectionRetryFilter
{
    // Orleans opens no connection to a gateway within a second of the last that failed.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.5);

    private long? _firstFailure;

    /// <exception cref="ConnectFailedException">It has been long enough.</exception>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        _firstFailure ??= clock.GetTimestamp();
        if (clock.GetElapsedTime(_firstFailure.Value) + Pause > options.ConnectLimit)
        {
            throw new ConnectFailedException(options, exception);
        }

        await Task.Delay(Pause, clock, cancellationToken);
        return true;
    }
}
