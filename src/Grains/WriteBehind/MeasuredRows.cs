using System.Diagnostics;

namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>Rows whose calls are measured, under the name of the target that they belong to: put around the rows of every target.</summary>
public sealed class MeasuredRows : IStateRows
{
    private readonly KeyValuePair<string, object?> _target;
    private readonly IStateRows _rows;

    /// <param name="target">The target's name.</param>
    /// <param name="rows">What is measured.</param>
    public MeasuredRows(string target, IStateRows rows)
    {
        _target = new("target", target);
        _rows = rows;

        // A counter that nobody has seen at zero does not show its first step.
        foreach (var call in (string[])["read", "write", "flush"])
        {
            SaveMeter.Failures.Add(0, _target, new("call", call));
        }
    }

    /// <inheritdoc/>
    public long Epoch => _rows.Epoch;

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings => _rows.Warnings;

    /// <inheritdoc/>
    public StoragePool? Pool => _rows.Pool;

    /// <inheritdoc/>
    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct) =>
        Measure("read", _rows.Read(collectionKey, row, ct));

    /// <inheritdoc/>
    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        var written = await Measure("write", _rows.Write(collectionKey, row, payload, etag, ct));
        SaveMeter.Bytes.Add(payload.Length, _target);
        return written;
    }

    /// <inheritdoc/>
    public async Task MakeDurable(CancellationToken ct) => await Measure("flush", Flush(ct));

    private async Task<bool> Flush(CancellationToken ct)
    {
        await _rows.MakeDurable(ct);
        return true;
    }

    private async Task<T> Measure<T>(string call, Task<T> running)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await running;
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
