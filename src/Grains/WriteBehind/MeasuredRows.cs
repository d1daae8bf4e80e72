using System.Diagnostics;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Rows whose calls are measured, under the name of the target that they belong to: put around the rows of every target.</summary>
public sealed class MeasuredRows(string target, IStateRows rows) : IStateRows
{
    private readonly KeyValuePair<string, object?> _target = new("target", target);

    /// <inheritdoc/>
    public long Epoch => rows.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => rows.Warnings;

    /// <inheritdoc/>
    public StoragePool? Pool => rows.Pool;

    /// <inheritdoc/>
    public StorageStanding Standing => rows.Standing;

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Measure(SaveMeter.Read, () => rows.Read(collectionKey, row, ct));

    /// <inheritdoc/>
    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        var written = await Measure(SaveMeter.Write, () => rows.Write(collectionKey, row, payload, etag, ct));
        SaveMeter.Bytes.Add(payload.Length, _target);
        return written;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct) => Measure(SaveMeter.Read, () => rows.ListSaved(ct));

    /// <inheritdoc/>
    public Task KeepAhead(IReadOnlyCollection<string> collectionKeys, CancellationToken ct) => rows.KeepAhead(collectionKeys, ct);

    /// <inheritdoc/>
    public Task ProveWritable(CancellationToken ct) => rows.ProveWritable(ct);

    /// <inheritdoc/>
    public Task MakeDurable(CancellationToken ct) => Measure(
        SaveMeter.Flush,
        async () =>
        {
            await rows.MakeDurable(ct);
            return true;
        });

    private async Task<T> Measure<T>(string call, Func<Task<T>> make)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await make();
        }
        catch (Exception e) when (e is not RowConflictException)
        {
            SaveMeter.Failures.Add(1, _target, new("call", call));
            throw;
        }
        finally
        {
            SaveMeter.CallDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, _target, new("call", call));
        }
    }
}
