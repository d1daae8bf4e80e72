using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeOrleans.Api.Tests;

public sealed class BodyReaderTests
{
    private const string Body = "{\"x\":[1,{\"value\":2}],\"value\": {\"a\":\"€\\n\",\"b\":[1.0,-0,1e400]} ,\"y\":null}";
    private const string Value = "{\"a\":\"€\\n\",\"b\":[1.0,-0,1e400]}";

    private const string BatchBody =
        "{\"y\":{},\"operations\":[{\"namespace\":\"n\",\"collection\":\"c€\",\"key\":\"a\\/b\",\"value\":[1.0]},{\"key\":\"k\"},7]}";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_is_read_the_same_wherever_it_is_split(bool announced)
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second += 7)
            {
                var allowance = new RequestBytes(1 << 20);
                var body = await Read(new(), allowance, announced ? bytes.Length : null, bytes[..first], bytes[first..second], bytes[second..]);

                Assert.Null(body.Error);
                Assert.Equal(bytes, body.Bytes.ToArray());
                Assert.Equal(body.Taken, allowance.InFlight);
                Assert.Null(SetBodyReader.Read(body.Bytes.Span, 1 << 20, out var place));
                Assert.Equal(Value, Encoding.UTF8.GetString(body.Bytes.Span.Slice(place.Start, place.Length)));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_in_many_segments_is_read_whole(bool announced)
    {
        var bytes = new byte[3_000_000];
        new Random(5).NextBytes(bytes);
        var allowance = new RequestBytes(16 << 20);

        var body = await Read(new(), allowance, announced ? bytes.Length : null, [.. bytes.Chunk(37_777)]);

        Assert.Equal(bytes, body.Bytes.ToArray());
        Assert.Equal(body.Taken, allowance.InFlight);
    }

    [Fact]
    public async Task Client_that_announces_much_and_sends_little_holds_nothing()
    {
        var allowance = new RequestBytes(8 << 20);
        var pipe = new Pipe();
        var reading = new RequestBodies(new(), allowance, new TestStatus()).Read(Context(pipe.Reader, 8 << 20)).AsTask();

        await pipe.Writer.WriteAsync(new byte[30_000]);
        Assert.Equal(0, allowance.InFlight);

        await pipe.Writer.WriteAsync(new byte[500_000]);
        await Wait(() => allowance.InFlight > 0);
        Assert.Equal(8 << 20, allowance.InFlight);

        await pipe.Writer.CompleteAsync(new BadHttpRequestException("cut"));
        Assert.Equal("INVALID_BODY", (await reading).Error?.Kind.Code);
        Assert.Equal(0, allowance.InFlight);
    }

    [Theory]
    [InlineData(2048, null)]
    [InlineData(2049, "BODY_TOO_LARGE")]
    public async Task Body_of_unknown_length_is_refused_one_byte_past_the_limit(int length, string? code)
    {
        var options = new ApiOptions { MaxValueBytes = 1024, MaxBodyBytes = 2048 };
        var allowance = new RequestBytes(1 << 20);

        var body = await Read(options, allowance, null, [.. new byte[length].Chunk(100)]);

        Assert.Equal(code, body.Error?.Kind.Code);
        Assert.Equal(code is null ? body.Taken : 0, allowance.InFlight);
    }

    [Theory]
    [InlineData(6000, null)]
    [InlineData(5999, "UNAVAILABLE")]
    public async Task Body_is_refused_when_the_allowance_is_short(int allowed, string? code)
    {
        foreach (long? announced in new long?[] { null, 5000 })
        {
            var allowance = new RequestBytes(allowed);
            Assert.True(allowance.TryTake(1000));

            var body = await Read(new(), allowance, announced, new byte[5000]);

            Assert.Equal(code, body.Error?.Kind.Code);
            Assert.Equal(code is null ? 6000 : 1000, allowance.InFlight);
        }
    }

    [Fact]
    public void Set_body_cut_anywhere_is_malformed()
    {
        var bytes = Encoding.UTF8.GetBytes(Body);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("INVALID_BODY", SetBodyReader.Read(bytes.AsSpan(0, length), 1 << 20, out _)?.Kind.Code);
        }
    }

    [Fact]
    public void Batch_body_cut_anywhere_is_malformed()
    {
        var bytes = Encoding.UTF8.GetBytes(BatchBody);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal("INVALID_BODY", BatchBodyReader.Read(bytes.AsSpan(0, length), 1 << 20, [])?.Kind.Code);
        }

        var operations = new List<BatchOperation>();
        Assert.Null(BatchBodyReader.Read(bytes, 1 << 20, operations));
        Assert.Equal([null, "INVALID_PARAMS", "INVALID_BODY"], operations.Select(operation => operation.Error?.Kind.Code));
        Assert.Equal(("n", "c€", "a/b"), (operations[0].Namespace, operations[0].Collection, operations[0].Key));
    }

    [Fact]
    public void Set_body_of_any_members_is_judged_as_a_document_reader_would() =>
        Gen.Select(OneOf("value", "v", "Value", "", "valu\\u0065"), OneOf("1.0", "-0", "null", "\"€\"", "{\"value\":[]}", "[[ ]]", "01", "{", "tru")).Array[0, 4]
            .Sample(members =>
            {
                var body = Encoding.UTF8.GetBytes($" {{{string.Join(" , ", members.Select(member => $"\"{member.Item1}\" : {member.Item2}"))} }} ");
                var error = SetBodyReader.Read(body, 1 << 20, out var place);

                var expected = Expected(body);
                Assert.Equal(expected is null, error is not null);
                if (error is null)
                {
                    Assert.Equal(expected, Encoding.UTF8.GetString(body, place.Start, place.Length));
                }
            });

    [Fact]
    public void Bodies_damaged_at_random_are_taken_or_refused_without_a_fault() =>
        Gen.Select(OneOf(Body, BatchBody), Gen.Int[0, 200].Array[1, 4], Gen.Byte.Array[4], Gen.Int[0, 200]).Sample((text, places, bytes, cut) =>
        {
            var body = Encoding.UTF8.GetBytes(text);
            for (var i = 0; i < places.Length; i++)
            {
                body[places[i] % body.Length] = bytes[i];
            }

            body = cut % 4 == 0 ? body[..(cut % body.Length)] : body;
            var error = SetBodyReader.Read(body, 1 << 20, out var place);
            Assert.True(error is { Kind.Status: 400 or 413 } || IsJson(body.AsMemory(place.Start, place.Length)));
            var operations = new List<BatchOperation>();
            error = BatchBodyReader.Read(body, 1 << 20, operations);
            Assert.True(error is { Kind.Status: 400 } || operations.All(operation =>
                operation.Error is not null || IsJson(body.AsMemory(operation.Value.Start, operation.Value.Length))));
        });

    [Theory]
    [InlineData("{\"value\":1")]
    [InlineData("{\n \"value\":x}")]
    public void Malformed_body_is_told_where_it_breaks_in_our_own_words(string body)
    {
        var error = SetBodyReader.Read(Encoding.UTF8.GetBytes(body), 100, out _);

        Assert.Matches(@"^the request body is not valid JSON at line \d+, byte \d+$", error!.Message);
    }

    [Fact]
    public async Task Large_body_is_refused_while_memory_is_short_and_a_small_one_is_not()
    {
        var allowance = new RequestBytes(long.MaxValue);
        var bodies = new RequestBodies(new(), allowance, new TestStatus { IsMemoryShort = true });
        foreach (var (bytes, isTaken) in new[] { (60_000, true), (70_000, false) })
        {
            var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
            await pipe.Writer.WriteAsync(new byte[bytes], TestContext.Current.CancellationToken);
            await pipe.Writer.CompleteAsync();

            var body = await bodies.Read(Context(pipe.Reader, bytes));

            Assert.Equal(isTaken ? null : "UNAVAILABLE", body.Error?.Kind.Code);
            Assert.Contains(isTaken ? "" : "Memory:BudgetBytes", body.Error?.Message ?? "");
            allowance.Return(body.Taken);
            Assert.Equal(0, allowance.InFlight);
        }
    }

    [Fact]
    public async Task Body_of_unknown_length_that_grows_is_refused_once_memory_is_short()
    {
        var allowance = new RequestBytes(long.MaxValue);
        var status = new TestStatus();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var reading = new RequestBodies(new(), allowance, status).Read(Context(pipe.Reader, null)).AsTask();
        await pipe.Writer.WriteAsync(new byte[100_000], TestContext.Current.CancellationToken);
        await Wait(() => allowance.InFlight >= 100_000);

        status.IsMemoryShort = true;
        await pipe.Writer.WriteAsync(new byte[500_000], TestContext.Current.CancellationToken);

        Assert.Contains("Memory:BudgetBytes", (await reading.WaitAsync(TimeSpan.FromSeconds(20))).Error?.Message);
        Assert.Equal(0, allowance.InFlight);
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string? Expected(byte[] body)
    {
        try
        {
            var values = JsonDocument.Parse(body).RootElement.EnumerateObject().Where(member => member.Name == "value").ToArray();
            return values.Length == 1 ? values[0].Value.GetRawText() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsJson(ReadOnlyMemory<byte> text)
    {
        JsonDocument.Parse(text, new() { MaxDepth = NameRules.MaxValueDepth });
        return true;
    }

    private static async Task<RequestBody> Read(ApiOptions options, RequestBytes allowance, long? announced, params byte[][] parts)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline));
        var reading = new RequestBodies(options, allowance, new TestStatus()).Read(Context(pipe.Reader, announced)).AsTask();
        foreach (var part in parts)
        {
            await pipe.Writer.WriteAsync(part);
        }

        await pipe.Writer.CompleteAsync();
        return await reading.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static DefaultHttpContext Context(PipeReader reader, long? announced)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(reader));
        context.Request.ContentLength = announced;
        return context;
    }

    private static async Task Wait(Func<bool> until)
    {
        for (var i = 0; !until(); i++)
        {
            Assert.True(i < 1000, "waited in vain");
            await Task.Delay(10);
        }
    }

    private sealed class BodyPipe(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
