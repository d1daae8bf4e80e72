using System.Text;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Workloads;

/// <summary>Writes what must be there before a run. Waits and tries again while the service says that it is full.</summary>
internal sealed class Writer(LoadTarget target) : IDisposable
{
    /// <summary>The most operations of one batch.</summary>
    public const int BatchOperations = 1000;

    private const int ServiceUnavailable = 503;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpConnection _connection = target.Connect();
    private readonly RequestBuffer _requests = target.Requests();

    /// <summary>Sets one key.</summary>
    public async Task Set(string path, string body)
    {
        var answer = await Post(path, body);
        if (answer.Status != 201)
        {
            throw new LoadFault($"{path} could not be written: {ErrorKind.Of(answer)}.");
        }
    }

    /// <summary>Sets keys of the namespace <c>default</c>, a thousand at a time.</summary>
    public async Task SetAll(IEnumerable<(string Collection, string Key, string Value)> entries)
    {
        foreach (var batch in entries.Chunk(BatchOperations))
        {
            var answer = await Post("/api/v1/kv/batch", BatchBody.Of(batch));
            if (answer.Status != 200 || answer.NumberAfter("\"success_count\":"u8) != batch.Length)
            {
                throw new LoadFault($"{batch.Length} keys could not be written: {ErrorKind.Of(answer)}.");
            }
        }
    }

    public void Dispose() => _connection.Dispose();

    private async Task<Answer> Post(string path, string body)
    {
        var request = _requests.Write(Encoding.UTF8.GetBytes($"POST {path}"), Encoding.UTF8.GetBytes(body));
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        while (true)
        {
            Answer answer;
            try
            {
                answer = await _connection.Exchange(request);
            }
            catch (Exception fault) when (ErrorKind.Of(fault) is { } kind)
            {
                throw new LoadFault($"{target.Host} cannot be used: {kind}.", fault);
            }

            // A batch has its refusals inside.
            var isFull = answer.Status == ServiceUnavailable || answer.Holds("\"BACKLOG_FULL\""u8);
            if (!isFull || System.Diagnostics.Stopwatch.GetElapsedTime(since) > Patience)
            {
                return answer;
            }

            await Task.Delay(Pause);
        }
    }
}
