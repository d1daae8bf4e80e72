using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Grains.Durability;

/// <summary>
/// The cluster's storage, which is not asked while it does not answer, and never more at once than it has connections: to wait for one of
/// those is no fault of the storage. What it says of a failure is for the log; who called is told the same sentence whatever it was.
/// </summary>
/// <param name="rows">The storage itself.</param>
/// <param name="breaker">Whether it answers.</param>
/// <param name="clock">For waiting.</param>
/// <param name="connections">Entered by each call: as many as may be under way at once.</param>
internal sealed class GuardedRows(IStateRows rows, StorageBreaker breaker, TimeProvider clock, SemaphoreSlim connections) : IStateRows
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
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Call(() => rows.Read(collectionKey, row, ct), isWrite: false, ct);

    /// <inheritdoc/>
    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct) =>
        Call(() => rows.Write(collectionKey, row, payload, etag, ct), isWrite: true, ct);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => Call(() => rows.ListSaved(ct), isWrite: false, ct);

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) => rows.MakeDurable(ct);

    private async Task<T> Call<T>(Func<Task<T>> make, bool isWrite, CancellationToken ct)
    {
        await Enter(ct);
        try
        {
            var call = make();
            _ = Watch(call);
            var result = await call;
            breaker.Answered();
            return result;
        }
        catch (RowConflictException)
        {
            breaker.Answered();
            throw;
        }
        catch (RowRefusedException e)
        {
            breaker.Refused(e.Message);
            throw new IOException("the storage refuses a row of this collection");
        }
        catch (OutOfMemoryException)
        {
            // It is short of memory here: that says nothing of the storage, which others go on with.
            throw new InsufficientMemoryException("memory is short (Memory:BudgetBytes)");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            breaker.Failed(e.Message, isWrite);
            throw Away();
        }
        finally
        {
            connections.Release();
        }
    }

    /// <summary>Waits for a connection, for as long as the storage answers.</summary>
    private async Task Enter(CancellationToken ct)
    {
        if (breaker.Fault is not null)
        {
            throw Away();
        }

        using var given = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var entering = connections.WaitAsync(given.Token);
        await Task.WhenAny(entering, breaker.Opened);
        if (!entering.IsCompleted)
        {
            await given.CancelAsync();
        }

        try
        {
            await entering;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Away();
        }
    }

    private static IOException Away() => new("the storage does not answer");

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
