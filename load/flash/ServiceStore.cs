using System.Globalization;
using System.Text;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Services;

namespace EdgeOrleans.Load.Flash;

/// <summary>The service, over HTTP.</summary>
internal sealed class ServiceStore : IStore
{
    private readonly ServiceProcess _service;
    private readonly (HttpConnection Connection, RequestBuffer Requests)[] _workers;

    private ServiceStore(ServiceProcess service, LoadTarget target)
    {
        _service = service;
        _workers = [.. Enumerable.Range(0, Pattern.Workers).Select(_ => (target.Connect(), target.Requests()))];
    }

    /// <summary>Starts it on a disk; what it does after minutes is done after as many seconds as the pattern makes of them.</summary>
    public static async Task<ServiceStore> Start(string binary, DataDisk disk)
    {
        var service = await ServiceProcess.Start(new ServiceStart(binary)
        {
            Options = new Dictionary<string, string>
            {
                ["Data:Path"] = Path.Combine(disk.Path, "data"),
                ["WriteBehind:SaveAfterMs"] = (300_000 / Pattern.Speed).ToString(CultureInfo.InvariantCulture),
            },
        });
        return new ServiceStore(service, await LoadTarget.Find(service.Address));
    }

    public async ValueTask Set(int worker, string key, string json)
    {
        var (connection, requests) = _workers[worker];
        var answer = await connection.Exchange(requests.Write(
            Encoding.ASCII.GetBytes($"POST /api/v1/kv/default/flash/{key}"), Encoding.ASCII.GetBytes($"{{\"value\":{json}}}")));
        if (answer.Status != 201)
        {
            throw new LoadFault($"The service answered {answer.Status} to a SET.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_workers, static worker => worker.Connection.Dispose());
        await _service.DisposeAsync();
    }
}
