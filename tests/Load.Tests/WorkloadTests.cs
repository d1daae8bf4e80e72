using System.Text;
using EdgeOrleans.Load.Http;
using EdgeOrleans.Load.Workloads;

namespace EdgeOrleans.Load.Tests;

/// <summary>What the generator takes for a right answer.</summary>
public sealed class WorkloadTests
{
    private readonly KeySpace _keys = new("load", 10, "k", 100);

    [Fact]
    public void Read_of_the_value_last_answered_is_right()
    {
        var user = User();
        var set = Value(user.Set(7));
        Assert.Null(user.Judge(new Answer(201, set)));
        user.Get(7);
        Assert.Null(user.Judge(new Answer(200, set)));
    }

    [Fact]
    public void Read_of_an_older_value_is_a_lost_write()
    {
        var user = User();
        var old = Value(user.Set(7));
        user.Judge(new Answer(201, old));
        user.Judge(new Answer(201, Value(user.Set(7))));
        user.Get(7);
        Assert.NotNull(user.Judge(new Answer(200, old)));
    }

    [Fact]
    public void Read_of_a_write_without_an_answer_is_right()
    {
        var user = User();
        user.Judge(new Answer(201, Value(user.Set(7))));
        var unanswered = Value(user.Set(7));
        user.Get(7);
        Assert.Null(user.Judge(new Answer(200, unanswered)));
    }

    [Fact]
    public void Value_of_another_key_is_wrong()
    {
        var user = User();
        var other = Value(user.Set(8));
        user.Get(7);
        Assert.NotNull(user.Judge(new Answer(200, other)));
    }

    [Fact]
    public void Value_that_is_cut_is_wrong()
    {
        var user = User();
        var set = Value(user.Set(7));
        Assert.NotNull(user.Judge(new Answer(201, set.AsMemory(0, set.Length - 20))));
    }

    [Fact]
    public async Task Key_has_one_writer_whatever_the_number_of_users()
    {
        var target = await LoadTarget.Find(new Uri("http://127.0.0.1:1"));
        var workload = MixedWorkload.Uniform(10, 100);
        var writers = new Dictionary<string, int>();
        for (var index = 0; index < 7; index++)
        {
            var user = workload.CreateUser(target, index, 7);
            for (var i = 0; i < 2000; i++)
            {
                var line = Encoding.ASCII.GetString(user.Next().Bytes.Span).Split("\r\n")[0];
                if (line.StartsWith("POST", StringComparison.Ordinal))
                {
                    Assert.Equal(index, writers.GetValueOrDefault(line, index));
                    writers[line] = index;
                }
            }
        }

        Assert.True(writers.Count > 50);
    }

    [Fact]
    public void Zipfian_ranks_are_in_range_and_the_first_comes_most_often()
    {
        var zipf = new Zipf(50);
        var random = new Random(1);
        var counts = new int[50];
        for (var i = 0; i < 100_000; i++)
        {
            counts[zipf.Draw(random)]++;
        }

        Assert.Equal(counts.Max(), counts[0]);
        Assert.All(counts, static count => Assert.True(count > 0));
    }

    private KeyRequests User() => new(_keys, 100, new RequestBuffer("localhost"));

    // What the service would answer: the body's value between its other members. A copy, as the request's buffer is used again.
    private static byte[] Value(ReadOnlyMemory<byte> request)
    {
        var text = Encoding.ASCII.GetString(request.Span);
        return Encoding.ASCII.GetBytes($"{{\"message\":\"Successfully\",{text[(text.IndexOf("{\"value\"", StringComparison.Ordinal) + 1)..^1]},\"timestamp\":\"\"}}");
    }
}
