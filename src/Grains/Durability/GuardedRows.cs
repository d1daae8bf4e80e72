using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Durability;

/// <summary>The cluster's storage, which is not asked while it does not answer.</summary>
internal sealed class GuardedRows(IStateRows rows, StorageBreaker breaker, TimeProvider clock) : IStateRows
{
    // Timers count whole milliseconds, and drop what is over.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(2);

    /// <inheritdoc/>
    public long Epoch => rows.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => rows.Warnings;

    /// <inheritdoc/>
    public StoragePool? Pool => rows.Pool;

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) => Call(() => rows.Read(collectionKey, row, ct));

    /// <inheritdoc/>
    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call(() => rows.Write(collectionKey, row, payload, etag, ct));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => Call(() => rows.ListSaved(ct));

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) => rows.MakeDurable(ct);

    private async Task<T> Call<T>(Func<Task<T>> make)
    {
        if (breaker.Fault is { } fault)
        {
            throw new IOException($"The storage does not answer: {fault}");
        }

        var call = make();
        _ = Watch(call);
        try
        {
            var result = await call;
            breaker.Answered();
            return result;
        }
        catch (RowConflictException)
        {
            breaker.Answered();
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            breaker.Failed(e.Message);
            throw;
        }
    }

    /// <summary>Looks whether the storage answers anybody while this call waits.</summary>
    private async Task Watch(Task call)
    {
        var since = clock.GetTimestamp();
        while (!call.IsCompleted)
        {
            var left = breaker.PatienceLeft(since);
            await call.WaitAsync(left > TimeSpan.Zero ? left + TimerSlack : StorageBreaker.Patience, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!call.IsCompleted && breaker.PatienceLeft(since) <= TimeSpan.Zero)
            {
                breaker.GiveUp();
            }
        }
    }
}
