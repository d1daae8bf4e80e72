using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Silo.Site;

/// <summary>Reads and writes the <see cref="DeviceRecord"/>, durably, among the rows of the primary target.</summary>
internal sealed partial class DeviceIdentity(IStateRows rows, IReadOnlyDictionary<string, string> machine, ILogger logger) : IDisposable
{
    // No collection can have this key: it has no namespace and is not the catalog's.
    private const string RowKey = "/site";
    private const string RowName = "identity";

    private readonly SemaphoreSlim _gate = new(1);
    private DeviceRecord? _record;
    private string? _etag;
    private long _epoch;

    /// <summary>The id; <see langword="null"/> before it was first read.</summary>
    public string? Id { get; private set; }

    /// <summary>Changes when the data is not the same any more: a damaged database was set aside, and its identity with it.</summary>
    public long Epoch => rows.Epoch;

    /// <summary>The record; made when there is none, and made anew when the data was copied to another machine.</summary>
    public Task<DeviceRecord> Get(CancellationToken ct) => Change(static record => record, ct);

    /// <summary>Changes the record; durable on return.</summary>
    /// <returns>The record as it is now.</returns>
    public async Task<DeviceRecord> Change(Func<DeviceRecord, DeviceRecord> change, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var before = (_epoch == Epoch ? _record : null) ?? await Read(ct);
            var after = change(before ?? New());
            if (after != before)
            {
                _record = null;
                var payload = DeviceRecordJson.Write(after);
                _etag = await rows.Write(RowKey, RowName, payload, _etag, ct);
                await rows.MakeDurable(ct);
            }

            Id = after.Id;
            return _record = after;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<DeviceRecord?> Read(CancellationToken ct)
    {
        _record = null;
        _epoch = Epoch;
        var row = await rows.Read(RowKey, RowName, ct);
        _etag = row.ETag;
        if (row.IsNone)
        {
            return null;
        }

        var record = DeviceRecordJson.Read(row.Payload);
        if (MachineMarks.AreOfOne(record.Machine, machine))
        {
            return record;
        }

        LogCopied(logger, record.Id);
        return null;
    }

    private DeviceRecord New()
    {
        var record = DeviceRecord.New(machine);
        LogNew(logger, record.Id);
        return record;
    }

    [LoggerMessage(2, LogLevel.Information, "This data is mirrored to the site as device {Id}.")]
    private static partial void LogNew(ILogger logger, string id);

    [LoggerMessage(1, LogLevel.Error,
        "This data was copied here from another machine, which goes on as device {OldId}. Here it is mirrored as a NEW DEVICE from now on. "
        + "If the other machine is gone and this one takes its place, set a fresh data directory up with 'edgeorleans restore'.")]
    private static partial void LogCopied(ILogger logger, string oldId);
}
