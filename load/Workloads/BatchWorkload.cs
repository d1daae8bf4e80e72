using System.Text;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Workloads;

/// <summary>Batches of 1000 SETs of 100-byte values, spread over collections; each user has its own keys.</summary>
internal sealed class BatchWorkload(IReadOnlyList<string> collections) : Workload
{
    /// <summary>Over ten collections.</summary>
    public BatchWorkload()
        : this([.. Enumerable.Range(0, 10).Select(static i => $"load-batch-{i}")])
    {
    }

    public override IReadOnlyList<string> Steps { get; } = ["batch"];

    public override User CreateUser(LoadTarget target, int index, int count)
    {
        var entries = Enumerable.Range(0, Writer.BatchOperations)
            .Select(i => (collections[i % collections.Count], $"u{index}-{i}", $"\"{new string('x', 98)}\""));
        return new Batcher(target.Requests().Write("POST /api/v1/kv/batch"u8, Encoding.ASCII.GetBytes(BatchBody.Of(entries))));
    }

    private sealed class Batcher(ReadOnlyMemory<byte> request) : User
    {
        public override Request Next() => new(request, 0);

        public override string? Judge(in Answer answer) =>
            answer.Status != 200 ? ErrorKind.Of(answer)
            : answer.NumberAfter("\"success_count\":"u8) != Writer.BatchOperations ? ErrorKind.WrongAnswer
            : null;
    }
}
