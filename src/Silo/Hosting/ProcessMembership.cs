using System.Globalization;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>
/// The membership table of a cluster of one: rows in this process, gone with it. Orleans' own development table is a grain
/// behind remote calls, which native AOT cannot serve without more of Orleans' serializers than the rest of this service needs.
/// </summary>
internal sealed class ProcessMembership : IMembershipTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SiloAddress, Tuple<MembershipEntry, string>> _rows = [];
    private TableVersion _version = new(0, "0");
    private long _lastETag;

    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId)
    {
        lock (_gate)
        {
            _rows.Clear();
        }

        return Task.CompletedTask;
    }

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRow(SiloAddress key)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.TryGetValue(key, out var row)
                ? new MembershipTableData(row, _version)
                : new MembershipTableData(_version));
        }
    }

    public Task<MembershipTableData> ReadAll()
    {
        lock (_gate)
        {
            return Task.FromResult(new MembershipTableData([.. _rows.Values], _version));
        }
    }

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion)
    {
        lock (_gate)
        {
            return Task.FromResult(!_rows.ContainsKey(entry.SiloAddress) && TryStore(entry, tableVersion));
        }
    }

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.TryGetValue(entry.SiloAddress, out var row) && row.Item2 == etag && TryStore(entry, tableVersion));
        }
    }

    public Task UpdateIAmAlive(MembershipEntry entry)
    {
        lock (_gate)
        {
            if (_rows.TryGetValue(entry.SiloAddress, out var row))
            {
                row.Item1.IAmAliveTime = entry.IAmAliveTime;
            }
        }

        return Task.CompletedTask;
    }

    private bool TryStore(MembershipEntry entry, TableVersion next)
    {
        if (next.Version <= _version.Version)
        {
            return false;
        }

        var etag = (++_lastETag).ToString(CultureInfo.InvariantCulture);
        _rows[entry.SiloAddress] = Tuple.Create(entry, etag);
        _version = new TableVersion(next.Version, etag);
        return true;
    }
}
