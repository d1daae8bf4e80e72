using System.Globalization;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Rows in memory, with the rules of a real storage and a power switch.</summary>
internal sealed class MemoryRows : IStateRows
{
    private readonly Lock _lock = new();
    private Dictionary<(string Collection, string Row), (byte[] Payload, long Version)> _rows = [];
    private Dictionary<(string Collection, string Row), (byte[] Payload, long Version)> _durable = [];
    private long _version = 100;

    public long Epoch { get; private set; }

    public int Count => _rows.Count;

    public Task<StateRow> Read(string collectionKey, string row, CancellationToken ct)
    {
        lock (_lock)
        {
            return Task.FromResult(_rows.TryGetValue((collectionKey, row), out var found)
                ? new StateRow(found.Payload, found.Version.ToString(CultureInfo.InvariantCulture))
                : StateRow.None);
        }
    }

    public Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        lock (_lock)
        {
            var known = _rows.TryGetValue((collectionKey, row), out var found) ? found.Version.ToString(CultureInfo.InvariantCulture) : null;
            if (known != etag)
            {
                throw new RowConflictException($"{row} is under {known}, not {etag}");
            }

            _rows[(collectionKey, row)] = (payload.ToArray(), ++_version);
            return Task.FromResult(_version.ToString(CultureInfo.InvariantCulture));
        }
    }

    public Task MakeDurable(CancellationToken ct)
    {
        lock (_lock)
        {
            _durable = new(_rows);
            return Task.CompletedTask;
        }
    }

    /// <summary>Everything that was not made durable is gone.</summary>
    public void CutPower() => _rows = new(_durable);

    /// <summary>The storage begins anew without a row.</summary>
    public void Replace()
    {
        _rows = [];
        _durable = [];
        Epoch++;
    }
}
